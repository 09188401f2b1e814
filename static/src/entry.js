// The entry pages: live score and progress, photographs sent as they are taken, a draft that survives a reload, sent once.
import { drafts, forgetSent } from "./js/entry/draft.js";
import { photographs } from "./js/entry/photos.js";
import { progress } from "./js/entry/progress.js";

forgetSent();
const form = document.querySelector("form[data-entry]");
if (form) {
  const photos = photographs(form);
  const draft = drafts(form, photos);
  progress(form);
  draft.restore();
  (form.querySelector("[aria-invalid=true]") ?? form.querySelector("[data-wrong] input:checked"))?.focus();
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "rest") return;
    if (photos.busy()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    photos.attach();
    const words = form.querySelector("[data-submit-words]");
    form.querySelector("[data-submit]")?.setAttribute("aria-disabled", "true");
    if (words) words.textContent = form.dataset.wordsSending;
  }, { capture: true });
}
