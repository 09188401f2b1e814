from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspections", "0012_appeals_and_rechecks")]

    operations = [
        migrations.RenameField(model_name="bulkrun", old_name="move", new_name="act"),
        migrations.AddField(
            model_name="bulkrun",
            name="language",
            field=models.CharField(default="zh-hans", help_text="in which reasons are told", max_length=10),
        ),
        migrations.AlterField(
            model_name="bulkrun",
            name="act",
            field=models.CharField(
                choices=[
                    ("hand_over", "Hand over"),
                    ("receive", "Receive"),
                    ("transfer", "Transfer"),
                    ("close", "Close the problem"),
                    ("send_back", "Send back"),
                    ("grant_time", "Grant more time"),
                    ("refuse_time", "Refuse more time"),
                    ("remind", "Remind"),
                ],
                max_length=12,
                verbose_name="act",
            ),
        ),
    ]
