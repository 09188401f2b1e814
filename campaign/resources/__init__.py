"""The shape of spreadsheets in and out: django-import-export resources, see ``sheet.SheetResource``."""
