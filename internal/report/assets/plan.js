"use strict";
(function () {
  var plans = Array.prototype.slice.call(document.querySelectorAll(".plan"));
  var search = document.getElementById("search");
  var only = document.getElementById("only");
  var count = document.getElementById("count");
  var none = document.getElementById("none");
  document.getElementById("controls").hidden = false;

  function filter() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    plans.forEach(function (p) {
      var text = p.getAttribute("data-text");
      var fits = words.every(function (w) { return text.indexOf(w) >= 0; }) &&
        (!only.checked || p.hasAttribute("data-trouble"));
      p.hidden = !fits;
      if (fits) { shown++; }
    });
    count.textContent = shown + " of " + plans.length + " shown";
    none.hidden = shown > 0;
  }

  function all(open) {
    plans.forEach(function (p) { if (!p.hidden) { p.open = open; } });
  }

  search.addEventListener("input", filter);
  only.addEventListener("change", filter);
  document.getElementById("unfold").addEventListener("click", function () { all(true); });
  document.getElementById("fold").addEventListener("click", function () { all(false); });
  document.addEventListener("keydown", function (e) {
    if (e.key === "/" && document.activeElement !== search) { e.preventDefault(); search.focus(); }
    if (e.key === "Escape" && document.activeElement === search) { search.value = ""; filter(); }
  });
  if (location.hash) {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.classList.contains("plan")) { target.open = true; target.scrollIntoView(); }
  }
  filter();
})();
