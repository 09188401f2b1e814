# Front-end assets
FROM node:20-slim AS assets
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY static static
RUN npm run build

# Python packages
FROM python:3.11-slim AS packages
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN /opt/venv/bin/pip install --no-cache-dir -r requirements.txt

# The product: one image for web, worker and beat, run by an ordinary user
FROM python:3.11-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin city \
    && mkdir -p /srv/var/media \
    && chown -R city:city /srv/var
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=campaign.settings \
    VAR_DIR=/srv/var \
    EMBEDDED=0 \
    HOST=0.0.0.0
WORKDIR /srv/app
COPY --from=packages /opt/venv /opt/venv
COPY . .
COPY --from=assets /build/static/build static/build
RUN python manage.py compile_translations
USER city
RUN python manage.py collectstatic --noinput
EXPOSE 8000
CMD ["gunicorn"]
