// The draft of an entry, kept on this device for this person until it was sent.
const PREFIX = "draft:";
const SAVE_MS = 250;
const UNKEPT = new Set(["csrfmiddlewaretoken"]);

function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function forget(key) {
  try { localStorage.removeItem(key); } catch { /* a device that keeps nothing has nothing to forget */ }
}

/** A page that shows what was stored says which number it had: its draft is done with. */
export function forgetSent() {
  const done = document.querySelector("[data-draft-done]");
  if (!done?.dataset.draftDone) return;
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(`${PREFIX}${done.dataset.owner}:`) && stored(key)?.client_uuid?.[0] === done.dataset.draftDone) forget(key);
  }
}

function fields(form) {
  const values = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !UNKEPT.has(name)) (values[name] ??= []).push(value);
  }
  return values;
}

function fill(form, photos, values) {
  const photoFields = new Set([...form.querySelectorAll("[data-photos]")].map((field) => field.dataset.name));
  for (const [name, given] of Object.entries(values)) {
    if (photoFields.has(name)) {
      photos.show(name, given);
      continue;
    }
    for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (control.type === "radio" || control.type === "checkbox") control.checked = given.includes(control.value);
      else if (control.type !== "file") control.value = given[0];
      if (control.matches("select")) control.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
}

export function drafts(form, photos) {
  const key = `${PREFIX}${form.dataset.owner}:${form.dataset.draft}`;
  const banner = form.querySelector("[data-restored]");
  let timer = 0;
  let untouched = true;

  function save() {
    try {
      localStorage.setItem(key, JSON.stringify(fields(form)));
    } catch { /* the device is full: the form still stands on the page */ }
  }
  function later() {
    if (untouched) return;
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_MS);
  }

  return {
    restore() {
      const draft = "bound" in form.dataset ? null : stored(key);
      if (draft) {
        fill(form, photos, draft);
        if (banner) banner.hidden = false;
        form.dispatchEvent(new Event("entry:restored"));
      }
      untouched = false;
      if ("bound" in form.dataset) save();
      form.addEventListener("input", later);
      form.addEventListener("change", later);
      window.addEventListener("pagehide", () => { if (timer) save(); });
      banner?.querySelector("[data-discard]").addEventListener("click", () => {
        clearTimeout(timer);
        timer = 0;
        untouched = true;
        forget(key);
        window.location.reload();
      });
    },
  };
}
