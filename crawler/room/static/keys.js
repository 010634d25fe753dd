// Keys: / search, j and k along the stories of a page, o opens, ? lists the keys.
"use strict";
(() => {
  let at = -1;
  const stories = () => [...document.querySelectorAll("main a.story")];
  const step = (by) => {
    const all = stories();
    if (!all.length) return;
    const focused = all.indexOf(document.activeElement);
    at = Math.max(0, Math.min(all.length - 1, (focused >= 0 ? focused : at) + by));
    all[at].focus();
    all[at].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const inField = event.target.closest("input, textarea, select, [contenteditable]");
    if (inField) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    switch (event.key) {
      case "/": document.querySelector("#q").focus(); break;
      case "j": step(1); break;
      case "k": step(-1); break;
      case "o": {
        const story = stories().includes(document.activeElement) ? document.activeElement : stories()[at];
        if (!story) return;
        story.click();
        break;
      }
      case "?": location.href = "/about#keys"; break;
      default: return;
    }
    event.preventDefault();
  });
})();
