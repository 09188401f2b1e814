from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("inspections", "0030_merge_undone")]

    operations = [
        migrations.AddIndex(
            model_name="problem",
            index=GinIndex(OpClass(Upper("code"), name="gin_trgm_ops"), name="problem_code_trgm"),
        ),
    ]
