// <button data-copy="#id"> copies the text of an element, for pasting into a chat group.
import { tell } from "./toasts.js";

/** The clipboard needs a secure address; an intranet without TLS gets the old way. */
async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const box = document.createElement("textarea");
  box.value = text;
  document.body.append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
}

export function watchCopies() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.querySelector(button.dataset.copy);
    await copy("value" in source ? source.value : source.textContent.trim());
    tell("copied", "success");
    button.focus();
  });
}
