// Requests of htmx: the token, a skeleton after 300 ms, focus kept, failures told in a sentence.
import { tell } from "./toasts.js";

const SKELETON_MS = 300;
const waiting = new WeakMap();

function addToken({ detail }) {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (token && detail.verb !== "get") detail.headers["X-CSRFToken"] = token.value;
}

/** A filter that is not set does not stand in the address. */
function dropEmpty({ detail }) {
  if (!detail.elt.matches("form.filters")) return;
  for (const [name, value] of [...detail.formData]) if (value === "") detail.formData.delete(name);
}

function startWaiting({ detail }) {
  const { target } = detail;
  target.setAttribute("aria-busy", "true");
  waiting.set(detail.xhr, setTimeout(() => target.classList.add("is-loading"), SKELETON_MS));
}

function stopWaiting({ detail }) {
  clearTimeout(waiting.get(detail.xhr));
  detail.target.classList.remove("is-loading");
  detail.target.removeAttribute("aria-busy");
}

/** A form that came back with errors: the first wrong field gets the focus. Otherwise the focus goes back to where it was. */
function keepFocus({ target, detail }) {
  const wrong = target.querySelector?.("[aria-invalid=true]");
  const asked = detail.requestConfig?.elt?.id;
  if (wrong) {
    wrong.focus();
  } else if (document.activeElement === document.body && asked) {
    document.getElementById(asked)?.focus({ preventScroll: true });
  }
}

function tellFailure({ detail }) {
  const { status, responseText } = detail.xhr;
  const plain = detail.xhr.getResponseHeader("content-type")?.startsWith("text/plain");
  tell(status === 401 ? "signedOut" : `error${status}`, "error", plain && responseText.length < 300 ? responseText : "");
}

export function watchSwaps() {
  const { body } = document;
  body.addEventListener("htmx:configRequest", addToken);
  body.addEventListener("htmx:configRequest", dropEmpty);
  body.addEventListener("htmx:beforeSend", startWaiting);
  body.addEventListener("htmx:afterRequest", stopWaiting);
  body.addEventListener("htmx:afterSettle", keepFocus);
  body.addEventListener("htmx:responseError", tellFailure);
  body.addEventListener("htmx:sendError", () => tell("offline", "error"));
  body.addEventListener("htmx:timeout", () => tell("offline", "error"));
}
