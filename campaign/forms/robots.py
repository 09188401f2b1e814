"""Forms of group robots."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..documents.robots import split_address
from ..models import Robot

HIDDEN = forms.PasswordInput(attrs={"autocomplete": "off"})


class RobotForm(forms.ModelForm[Robot]):
    """A robot. Its address and secret are never shown again; left empty they stay as they are."""

    address = forms.CharField(
        label=gettext_lazy("webhook address"),
        max_length=400,
        required=False,
        widget=HIDDEN,
        help_text=gettext_lazy("As the group shows it when the robot is added. Kept encrypted, not shown again."),
    )
    secret = forms.CharField(
        label=gettext_lazy("signing secret"),
        max_length=120,
        required=False,
        widget=HIDDEN,
        help_text=gettext_lazy("DingTalk only: SEC… under “sign” (加签). Empty: it stays as it is."),
    )

    field_order = ("name", "kind", "address", "secret")

    class Meta:
        model = Robot
        fields = ("name", "kind", "tells_overdue", "tells_lists", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].required = not self.instance.pk
        self.fields["address"].error_messages["required"] = _("Paste the address that the group shows.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        address, kind = cleaned.get("address", ""), cleaned.get("kind")
        moved = self.instance.pk and kind != self.initial.get("kind")
        if not address and moved:
            self.add_error("address", ValidationError(_("Paste the address that the group shows.")))
        elif address and kind:
            self._check(kind, address.strip())
        return cleaned

    def _check(self, kind: str, address: str) -> None:
        try:
            parts = split_address(kind, address, hosts=settings.ROBOT_HOSTS, local=settings.ROBOT_LOCAL)
        except ValueError:
            words = _("This is not an address of such a robot. Allowed hosts: %(hosts)s.")
            hosts = ", ".join([*settings.ROBOT_HOSTS, *settings.ROBOT_LOCAL])
            self.add_error("address", ValidationError(words % {"hosts": hosts}))
        else:
            self.instance.host = parts.netloc
