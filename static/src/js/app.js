// What every page does: swaps, keys, panels, guards. Pages work without it.
import htmx from "htmx.org";
import { watchCopies } from "./copy.js";
import { watchForms } from "./forms.js";
import { watchKeys } from "./keys.js";
import { watchPanels } from "./panels.js";
import { watchSwaps } from "./swaps.js";
import { watchTabs } from "./tabs.js";

Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  scrollIntoViewOnBoost: false,
  globalViewTransitions: false,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "409|422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});

watchSwaps();
watchKeys();
watchPanels();
watchForms();
watchCopies();
watchTabs();
