// What only the browser can do, or do at once: colours before the first paint, the clipboard, menus, the focus of dialogs,
// coming back after a lost connection.
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

  // Menus open below their button, where there is room.
  document.addEventListener("beforetoggle", e => {
    const button = e.newState === "open" && document.querySelector(`[popovertarget="${e.target.id}"]`);
    if (!button) {
      return;
    }
    const { left, right, top, bottom } = button.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const items = e.target.childElementCount;
    const above = bottom + items * 36 + 16 > clientHeight && top > clientHeight / 2;
    const toTheLeft = left > clientWidth / 2;
    Object.assign(e.target.style, {
      left: toTheLeft ? "auto" : `${left + scrollX}px`,
      right: toTheLeft ? `${clientWidth - right - scrollX}px` : "auto",
      top: `${(above ? top - 4 : bottom + 4) + scrollY}px`,
      transform: above ? "translateY(-100%)" : "none",
    });
  }, true);

  const itemsOf = menu => [...menu.querySelectorAll("[role=menuitem]")];

  document.addEventListener("toggle", e => {
    if (e.newState === "open" && e.target.matches("[role=menu]")) {
      itemsOf(e.target)[0]?.focus();
    }
  }, true);

  document.addEventListener("keydown", e => {
    const menu = e.target.closest?.("[role=menu]");
    if (!menu) {
      return;
    }
    const items = itemsOf(menu);
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[e.key];
    if (next !== undefined) {
      e.preventDefault();
      items.at(next % items.length).focus();
    } else if (e.key === "Tab") {
      menu.hidePopover();
    }
  });

  // The button gets the focus back before the dialog appears, which will give it back there.
  document.addEventListener("click", e =>
    e.target.closest?.("[role=menuitem]:not([aria-disabled=true])")?.closest("[popover]")?.hidePopover(), true);

  // A dialog gets the focus as it appears. From the server it would come a round trip later, when whoever types fast has
  // begun to, or has gone to another field; what was typed then would be in the wrong one. It gives the focus back as it goes.
  // Where the form makes room for an answer, what can be copied from it gets the focus.
  const openers = new Map();
  let focused = null;
  document.addEventListener("focusin", e => focused = e.target);
  new MutationObserver(changes => {
    for (const dialog of document.querySelectorAll("[role=dialog]")) {
      const field = !openers.has(dialog) && dialog.querySelector("input, select, textarea");
      if (field) {
        openers.set(dialog, document.activeElement);
        field.focus();
      }
    }
    for (const [dialog, opener] of openers) {
      if (!dialog.isConnected) {
        openers.delete(dialog);
        if (document.activeElement === document.body && opener.isConnected) {
          opener.focus();
        }
      } else if (document.activeElement === document.body && focused?.isConnected === false) {
        dialog.querySelector("[data-copy]")?.focus();
      }
    }
    // Of a form that is longer than the window, what would happen is to be seen when it comes.
    changes.find(c => c.addedNodes.length && c.target.matches?.(".ms-steps"))?.target.scrollIntoView({ block: "nearest" });
  }).observe(document, { childList: true, subtree: true });

  // So does Escape: MudBlazor listens to it only after a round trip. Where nothing says what it presses, it does nothing.
  document.addEventListener("keydown", e => {
    if (e.key === "Escape" && !e.isComposing && !document.querySelector(".ms-menu:popover-open")) {
      [...document.querySelectorAll("[role=dialog]")].at(-1)?.querySelector("[data-escape]")?.click();
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

  // A login lasts while somebody does something, but the cookie is renewed only by requests, and the live connection makes none.
  const renewEvery = 5 * 60 * 1000;
  let renewed = performance.now();
  const renew = () => {
    if (performance.now() - renewed > renewEvery && document.querySelector("[data-session]")) {
      renewed = performance.now();
      fetch("session", { cache: "no-store" }).catch(() => { /* away; the page says so */ });
    }
  };
  document.addEventListener("pointerdown", renew, true);
  document.addEventListener("keydown", renew, true);

  // Blazor's own retries become rare soon and then end; a dashboard on a wall has to come back by itself.
  document.addEventListener("DOMContentLoaded", () => globalThis.Blazor?.start({
    circuit: {
      reconnectionOptions: {
        maxRetries: Number.MAX_SAFE_INTEGER,
        retryIntervalMilliseconds: attempt => attempt < 10 ? 500 : attempt < 60 ? 2000 : 5000,
      },
    },
  }));
})();
