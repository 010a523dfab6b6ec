// What pages do beyond what they do without script: their reader's zone, times that move on, keys, dialogs, and a
// glance at what has just turned. Nothing here is needed to read or to act.
(() => {
  "use strict";
  const secure = location.protocol === "https:";
  const prefix = secure ? "__Host-" : "";
  const year = `; Path=/; Max-Age=31536000; SameSite=Lax${secure ? "; Secure" : ""}`;

  // The server shows times in the zone of this browser once it knows it.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const cookies = Object.fromEntries(document.cookie.split("; ").map((pair) => pair.split("=")));
  if (zone && cookies[`${prefix}browser_zone`] !== zone) {
    document.cookie = `${prefix}browser_zone=${zone}${year}`;
    if (!cookies[`${prefix}zone`] && navigator.cookieEnabled && zone !== document.documentElement.dataset.zone) location.reload();
  }

  // "5 min ago" grows older while the page stands open.
  const length = (ms) => {
    const minutes = Math.floor(ms / 60000), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
    if (days > 0) return `${days} ${days === 1 ? "day" : "days"}`;
    if (hours > 0) return hours < 6 && minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
    return `${minutes} min`;
  };
  const age = () => {
    for (const element of document.querySelectorAll("[data-ago]")) {
      const distance = Date.now() - Number(element.dataset.ago);
      const text = Math.abs(distance) < 60000 ? "just now" : distance > 0 ? `${length(distance)} ago` : `in ${length(-distance)}`;
      if (element.textContent !== text) element.textContent = text;
    }
  };
  setInterval(age, 30000);

  const toast = (text) => {
    const element = Object.assign(document.createElement("p"), { className: "toast", textContent: text });
    document.getElementById("toasts")?.append(element);
    setTimeout(() => element.remove(), 6000);
  };
  for (const element of document.querySelectorAll(".toast")) setTimeout(() => element.remove(), 8000);
  // The address bar keeps no word of what was done, so that a reload does not say it again.
  const here = new URL(location.href);
  if (here.searchParams.has("done")) {
    here.searchParams.delete("done");
    history.replaceState(null, "", here);
  }

  // Live: what turned is marked for a moment, and the foot says whether news still comes.
  const marks = () => new Map([...document.querySelectorAll("[id^='m-'], [id^='t-'], [id^='r-']")].map((element) => [element.id, element.className.replace(" turned-now", "")]));
  let before = new Map();
  document.addEventListener("htmx:before:swap", () => { before = marks(); });
  document.addEventListener("htmx:after:swap", () => {
    age();
    const turned = [...marks()].filter(([id, look]) => before.has(id) && before.get(id) !== look).map(([id]) => id);
    for (const id of turned) {
      const element = document.getElementById(id);
      element.classList.add("turned-now");
      setTimeout(() => element.classList.remove("turned-now"), 2500);
    }
    const tracks = turned.filter((id) => id.startsWith("t-")).map((id) => document.getElementById(id));
    for (const track of tracks) toast(`${track.querySelector("h2").textContent.trim()} is now ${track.querySelector(".word").textContent.trim().toLowerCase()}.`);
  });
  const connection = document.getElementById("connection");
  const say = (state, text) => {
    if (!connection?.dataset.live) return;
    connection.dataset.state = state;
    connection.textContent = text;
  };
  let lost;
  document.addEventListener("htmx:sse:after:connection", () => { clearTimeout(lost); lost = undefined; say("live", "Live: what changes shows by itself."); });
  for (const name of ["htmx:sse:error", "htmx:sse:close"]) {
    document.addEventListener(name, () => {
      lost ??= setTimeout(() => say("lost", "Not live: the server does not answer. Trying again."), 3000);
    });
  }

  // A part that could not be fetched leaves the page as it was: that is said, not hidden.
  document.addEventListener("htmx:after:request", (event) => {
    if (event.detail?.ctx?.response?.status >= 400) say("lost", "This page could not be brought up to date. Reload it.");
  });

  // A browser holds few connections to one server: a page that nobody sees keeps none, and catches up when it is seen.
  document.addEventListener("htmx:sse:before:connection", (event) => {
    if (document.hidden) event.detail.connection.cancelled = true;
  });
  document.addEventListener("visibilitychange", () => {
    const stream = document.getElementById("live");
    if (stream && !document.hidden && !stream._htmx?.sse) htmx.ajax("GET", stream.getAttribute("hx-sse:connect"), { source: stream });
  });

  // htmx begins as soon as it is loaded: where its stream or this file came later, what they missed is made up for.
  setTimeout(() => {
    const stream = document.getElementById("live");
    if (!stream || stream.classList.contains("htmx-request")) return;
    if (!stream._htmx?.sse) htmx.process(stream);
    else if (stream._htmx.sse.status) say("live", "Live: what changes shows by itself.");
  });

  // Menus close like menus, dialogs open like dialogs.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    const opener = event.target.closest("[data-dialog]");
    if (opener) { event.preventDefault(); document.getElementById(opener.dataset.dialog)?.showModal(); }
    const toaster = event.target.closest("[data-toast]");
    if (toaster) toast(toaster.dataset.toast);
  });
  // A choice in a filter narrows at once.
  document.addEventListener("change", (event) => {
    if (event.target.matches(".filter select")) event.target.form.requestSubmit();
  });

  let go = 0;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
      if (event.target.matches?.("input[type=search]")) event.target.blur();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    const follow = (selector) => document.querySelector(selector)?.click();
    if (go && Date.now() - go < 1500) {
      go = 0;
      const tab = { s: "blockers", d: "definition", b: "defects", r: "risks", w: "waivers", e: "evidence", c: "changes", j: "journal" }[event.key];
      if (event.key === "f") follow(".brand");
      else if (event.key === "o") follow(".tabs a:first-child");
      else if (tab) follow(`.tabs a[href*="/${tab}"]`);
      return;
    }
    switch (event.key) {
      case "g": go = Date.now(); break;
      case "/": { const search = document.querySelector("main input[type=search]"); if (search) { event.preventDefault(); search.focus(); search.select(); } break; }
      case "?": document.getElementById("keys")?.showModal(); break;
      case "a": { const menu = document.getElementById("as-of"); if (menu) { event.preventDefault(); menu.open = true; menu.querySelector("input").focus(); } break; }
      case "n": case "p": {
        const steps = [...document.querySelectorAll("a.step")], at = steps.indexOf(document.activeElement);
        const next = steps[event.key === "n" ? at + 1 : at < 0 ? steps.length - 1 : at - 1];
        if (next) { event.preventDefault(); next.focus(); next.closest("li").scrollIntoView({ block: "center" }); }
        break;
      }
      case "[": follow(".steps [rel=prev]"); break;
      case "]": follow(".steps [rel=next]"); break;
    }
  });
})();
