"""Settings, from the environment only. `.env.example` lists every variable with its meaning."""

from datetime import timedelta
from pathlib import Path

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from campaign import environment, logs, secret

django_stubs_ext.monkeypatch()  # forms.ModelForm[User] and the like

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = environment.var_dir(BASE_DIR)
TEMP_DIR = VAR_DIR / "tmp"
MEDIA_ROOT = VAR_DIR / "media"
STATIC_ROOT = VAR_DIR / "static"
for folder in (TEMP_DIR, MEDIA_ROOT, STATIC_ROOT):
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)

# How this process runs
DEBUG = environment.flag("DEBUG")
EMBEDDED = environment.flag("EMBEDDED")  # the trial: own servers under var/, demo city, plain logs
DEMO = environment.flag("DEMO", default=EMBEDDED)
DEMO_PASSWORD = "wenming-2026"  # noqa: S105 (known to everyone; only where DEMO is on)
HTTPS = environment.flag("HTTPS")
BEHIND_PROXY = environment.flag("BEHIND_PROXY")
TRIAL = DEBUG or EMBEDDED
SECRET_KEY = secret.key(VAR_DIR, may_create=TRIAL)
AUDIT_KEY = secret.audit_key(SECRET_KEY, may_derive=TRIAL)  # of the chain over the audit trail; see campaign.chain
CONTACT_KEY = secret.contact_key(SECRET_KEY, may_derive=TRIAL)  # encrypts what citizens leave; see campaign.contact
ALLOWED_HOSTS = environment.names("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if TRIAL else "")
CSRF_TRUSTED_ORIGINS = environment.names("CSRF_TRUSTED_ORIGINS")

# What it is made of
INSTALLED_APPS = [
    "campaign",
    "units",
    "inspections",
    "reports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.forms",
    "campaign.apps.StaticFilesConfig",
    "template_partials",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "campaign.middleware.client_address",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "campaign.middleware.chosen_language",
    "campaign.middleware.without_nul",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "campaign.middleware.sliding_session",
    "campaign.middleware.due_password",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "campaign.urls"
WSGI_APPLICATION = "campaign.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # so that templates/django/forms/ may say things our way
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "campaign.context.frame",
            ],
        },
    },
]

# Database, cache, queue. A web process gives up early; a job or a command may take its time.
WEB = environment.flag("WEB_PROCESS")
STATEMENT_TIMEOUT_MS = 30_000 if WEB else 0
DATABASES = {
    "default": {
        **environment.database(),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = environment.redis_url()
QUEUE_TIMEOUTS = {"socket_connect_timeout": 1, "socket_timeout": 1}  # seconds
CACHES = {
    "default": {
        "BACKEND": "campaign.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "campaign",
        "TIMEOUT": 3600,
        "OPTIONS": QUEUE_TIMEOUTS,
    },
}
CELERY_BROKER_URL = REDIS_URL
#: No second try to send: with a broker that is away a person would wait for every one, and what beat sends would be too
#: old when it went out; its next round is near.
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"visibility_timeout": 3600, "max_retries": 0}
if WEB:
    CELERY_BROKER_TRANSPORT_OPTIONS |= {**QUEUE_TIMEOUTS, "health_check_interval": 0}
else:
    # Worker and beat wait for a silent broker. With a time-out the worker would lose the acknowledgement that it was
    # sending, keep its one place for a message that never ends, and take no other. A dead host the system finds.
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"socket_connect_timeout": 5, "socket_keepalive": True}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # an outage of hours must not end worker and beat
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
#: What a lost queue left behind is taken up so soon that it is done within a minute of the queue's return.
SWEEP = timedelta(seconds=20)
CELERY_BEAT_SCHEDULE = {
    "refresh stale figures": {
        "task": "reports.tasks.refresh_stale",
        "schedule": SWEEP,
        "options": {"expires": SWEEP.total_seconds()},
    },
    "take up imports": {
        "task": "reports.tasks.sweep_imports",
        "schedule": SWEEP,
        "options": {"expires": SWEEP.total_seconds()},
    },
    "go on with batches of the ledger": {
        "task": "inspections.tasks.sweep_bulk",
        "schedule": SWEEP,
        "options": {"expires": SWEEP.total_seconds()},
    },
    "resume what was suspended": {
        "task": "inspections.tasks.resume_suspended",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 300},
    },
    "take up papers": {
        "task": "inspections.tasks.take_up_papers",
        "schedule": SWEEP,
        "options": {"expires": SWEEP.total_seconds()},
    },
    "sweep photographs": {
        "task": "inspections.tasks.sweep_photos",
        "schedule": crontab(hour=3, minute=30),
    },
    "close ended periods": {
        "task": "reports.tasks.close_ended_periods",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 300},
    },
    "make documents that were forgotten": {
        "task": "reports.tasks.make_waiting_documents",
        "schedule": SWEEP,
        "options": {"expires": SWEEP.total_seconds()},
    },
    "seal the audit trail": {
        "task": "campaign.tasks.seal_events",
        "schedule": SWEEP,
        "options": {"expires": SWEEP.total_seconds()},
    },
    "send what waits in the outbox": {
        "task": "campaign.tasks.send_waiting",
        "schedule": SWEEP,
        "options": {"expires": SWEEP.total_seconds()},
    },
    "warn of missing years": {
        "task": "campaign.tasks.warn_of_missing_years",
        "schedule": crontab(hour=8, minute=5),
    },
    "climb the ladder": {
        "task": "inspections.tasks.climb_ladder",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 300},
    },
    "forget contacts": {
        "task": "campaign.tasks.forget_contacts",
        "schedule": crontab(hour=3, minute=40),
    },
    "forget contacts of citizens": {
        "task": "inspections.tasks.forget_contacts",
        "schedule": crontab(hour=3, minute=45),
    },
    "close ended periods after midnight": {
        "task": "reports.tasks.close_ended_periods",
        "schedule": crontab(hour=0, minute=5),
    },
}

# People
AUTH_USER_MODEL = "campaign.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "campaign.signing_in.PeopleBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "campaign.passwords.ThreeClasses"},
    {"NAME": "campaign.passwords.NotRecent"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_CLIENT_IP_CALLABLE = "campaign.middleware.address_of"
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "campaign.views.accounts.locked_out"

# Sessions end after half an hour of rest
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 30 * 60
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS

# Map tiles from elsewhere are an offer of the operator; without them the map draws the city's own outlines only
MAP_TILES = environment.tiles("MAP_TILES")
MAP_ATTRIBUTION = environment.text("MAP_ATTRIBUTION", "")

# What a browser may do with our pages
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *filter(None, [environment.origin(MAP_TILES)])],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": ["self"],
    "geolocation": ["self"],
    "microphone": [],
    "payment": [],
    "usb": [],
}

# Language and numbers
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False
FIRST_DAY_OF_WEEK = 1

# What the pages say about themselves; without a name the mark says "City Campaign"
SITE_NAME = environment.text("SITE_NAME", "延安创城" if DEMO else "")
SUGGESTIONS_CONTACT = environment.text("SUGGESTIONS_CONTACT", "")

# What leaves the house. Without EMAIL_URL no e-mail is sent; robots of chat groups only at these hosts.
SITE_URL = environment.text("SITE_URL", "").rstrip("/")
MAIL = environment.mail_server()
EMAIL_ON = MAIL is not None
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL or environment.NO_MAIL
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", "webmaster@localhost")
EMAIL_TIMEOUT = 10  # seconds
ROBOT_HOSTS = environment.names("ROBOT_HOSTS", "qyapi.weixin.qq.com,oapi.dingtalk.com")
ROBOT_LOCAL = environment.names("ROBOT_LOCAL")  # host:port inside one's own network, by http too

# How often people without an account may write to us, each within an hour; who is signed in is never counted
WRITING_LIMITS = {
    "address": environment.number("REPORTS_PER_ADDRESS", 5, least=1, most=1_000),
    "place": environment.number("REPORTS_PER_PLACE", 20, least=1, most=1_000),
    "city": environment.number("REPORTS_PER_HOUR", 300, least=1, most=5_000),
    "tries": environment.number("TRIES_PER_ADDRESS", 60, least=1, most=5_000),
}

# Files
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
PLAIN_STATIC = DEBUG or environment.flag("PLAIN_STATIC")
WHITENOISE_USE_FINDERS = PLAIN_STATIC
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if PLAIN_STATIC
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        ),
    },
}
# The proxy sends media after Django has said yes; empty means that Django sends the file itself.
MEDIA_ACCEL_PREFIX = environment.text("MEDIA_ACCEL_PREFIX", "")
FILE_UPLOAD_TEMP_DIR = TEMP_DIR
FILE_UPLOAD_PERMISSIONS = 0o644  # the proxy reads them as another user
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
DATA_UPLOAD_MAX_NUMBER_FILES = 60

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "campaign.api.authentication.TokenAuthentication",  # first: it is what makes the anonymous 401, not 403
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["campaign.api.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "campaign.api.schema.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "campaign.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Civilized City Campaign",
    "DESCRIPTION": "Units, sites, the standard, inspections, problems, tasks and rankings.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": {
        "Severity": "campaign.models.CheckItem.Severity",
        "Kind": "inspections.models.Inspection.Kind",
        "PeriodKind": "reports.models.Period.Kind",
        "UnitKind": "units.models.Unit.Kind",
        "ProblemState": "inspections.models.Problem.STATES",
        "RankingState": "reports.models.Ranking.State",
        "DutyState": "units.models.TaskDuty.State",
        "StandardState": "campaign.models.Standard.State",
        "StepMove": "inspections.models.Step.MOVES",
        "Move": "inspections.serializers.problems.MOVES",
        "FigureName": "reports.rules.figures.FIGURES",
    },
}
IMPORT_EXPORT_USE_TRANSACTIONS = True

LOGGING_CONFIG = None
LOG_LEVEL = environment.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
logs.configure(as_json=not TRIAL, level=LOG_LEVEL)
