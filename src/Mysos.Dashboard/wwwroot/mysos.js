// What only the browser can do: colours before the first paint, the clipboard, coming back after a lost connection.
(() => {
  "use strict";
  const key = "mysos-theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  let listener = null;

  // Storage may be forbidden; then the choice lasts as long as the page.
  let chosen = null;
  try { chosen = localStorage.getItem(key); } catch { /* forbidden */ }

  const isDark = () => chosen === "dark" || (chosen !== "light" && system.matches);

  const apply = () => {
    document.documentElement.dataset.theme = isDark() ? "dark" : "light";
    listener?.invokeMethodAsync("ThemeChanged", isDark()).catch(() => { /* the circuit has gone */ });
  };

  system.addEventListener("change", apply);
  addEventListener("storage", e => {
    if (e.key === key) {
      chosen = e.newValue;
      apply();
    }
  });

  globalThis.mysos = {
    watchTheme(reference) {
      listener = reference;
      return isDark();
    },
    unwatchTheme() {
      listener = null;
    },
    // Choosing what the system has anyway means: follow the system again.
    setTheme(dark) {
      chosen = dark === system.matches ? null : dark ? "dark" : "light";
      try {
        if (chosen === null) {
          localStorage.removeItem(key);
        } else {
          localStorage.setItem(key, chosen);
        }
      } catch { /* forbidden */ }
      document.documentElement.dataset.theme = isDark() ? "dark" : "light";
      return isDark();
    },
  };

  apply();

  const copy = async text => {
    // navigator.clipboard exists only over https and on localhost; a dashboard often has neither.
    if (navigator.clipboard && globalThis.isSecureContext) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch { /* refused: the old way may still work */ }
    }
    const area = document.createElement("textarea");
    area.value = text;
    area.style.cssText = "position:fixed;opacity:0";
    // Inside the dialog, if there is one: its focus trap would take the selection away.
    const parent = document.activeElement?.parentElement ?? document.body;
    parent.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };

  document.addEventListener("click", async e => {
    const button = e.target.closest?.("[data-copy]");
    if (button) {
      e.preventDefault();
      const done = await copy(button.dataset.copy);
      button.dataset.copied = done ? "yes" : "no";
      button.focus();
      setTimeout(() => delete button.dataset.copied, 1500);
    }
    if (e.target.closest?.("[data-reload]")) {
      location.reload();
    }
  });

  // A restarted server does not know this page any more. Then: wait until it answers, and load anew.
  let waiting = false;
  const reloadWhenBack = async () => {
    if (waiting) {
      return;
    }
    waiting = true;
    for (;;) {
      try {
        const answer = await fetch(location.href, { cache: "no-store" });
        if (answer.status < 500) {
          location.reload();
          return;
        }
      } catch { /* still away */ }
      await new Promise(resolve => setTimeout(resolve, 2000));
    }
  };

  // Captured, because Blazor's event does not bubble.
  document.addEventListener("components-reconnect-state-changed", e => {
    if (["failed", "rejected", "resume-failed"].includes(e.detail?.state)) {
      reloadWhenBack();
    }
  }, true);

  // Blazor's own retries become rare soon and then end; a dashboard on a wall has to come back by itself.
  document.addEventListener("DOMContentLoaded", () => Blazor.start({
    circuit: {
      reconnectionOptions: {
        maxRetries: Number.MAX_SAFE_INTEGER,
        retryIntervalMilliseconds: attempt => attempt < 10 ? 500 : attempt < 60 ? 2000 : 5000,
      },
    },
  }));
})();
