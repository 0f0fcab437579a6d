"use strict";
// Lets long tables be sorted and filtered. The page is whole without it.
(() => {
  const number = text => {
    const plain = text.replace(/[\s\u202f]/g, "");
    return plain === "" ? null : Number(plain);
  };
  const words = new Intl.Collator("en", { numeric: true });

  const sort = (table, column, head) => {
    const rows = [...table.tBodies[0].rows];
    const down = head.getAttribute("aria-sort") === "ascending";
    const isNumber = head.classList.contains("n");
    const key = row => {
      const text = row.cells[column].textContent;
      return isNumber ? number(text) : text;
    };
    const compare = (a, b) => {
      // What is not there comes last, up and down.
      if (a === null || a === "") return b === null || b === "" ? 0 : 1;
      if (b === null || b === "") return -1;
      const order = isNumber ? a - b : words.compare(a, b);
      return down ? -order : order;
    };
    const keyed = rows.map((row, at) => ({ row, at, key: key(row) }));
    keyed.sort((a, b) => compare(a.key, b.key) || a.at - b.at);
    table.tBodies[0].append(...keyed.map(it => it.row));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };

  const addSorting = table => {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(table, column, head));
      head.append(button);
    });
  };

  const addFilter = table => {
    const rows = [...table.tBodies[0].rows];
    const texts = new Map(rows.map(row => [row, row.textContent.toLowerCase()]));
    const line = document.createElement("div");
    line.className = "filter";
    const label = document.createElement("label");
    const of = document.createElement("span");
    of.className = "unseen";
    of.textContent = ` ${table.caption.textContent}`;
    const input = document.createElement("input");
    input.type = "search";
    input.setAttribute("aria-controls", table.id);
    const told = document.createElement("span");
    told.setAttribute("role", "status");
    label.append("Filter", of, input);
    line.append(label, told);
    table.parentElement.before(line);
    const show = () => {
      const parts = input.value.toLowerCase().split(/\s+/).filter(part => part);
      let shown = 0;
      for (const row of rows) {
        row.hidden = !parts.every(part => texts.get(row).includes(part));
        shown += !row.hidden;
      }
      told.textContent = parts.length ? `${shown} of ${rows.length} rows` : `${rows.length} rows`;
    };
    input.addEventListener("input", show);
    show();
    return () => { input.value = ""; show(); };
  };

  const showAll = new Map();
  for (const table of document.querySelectorAll("table[data-long]")) {
    addSorting(table);
    if (table.tBodies[0].rows.length > 8) showAll.set(table, addFilter(table));
  }

  // A link to a row that a filter hides shows it.
  const reveal = () => {
    const row = document.getElementById(location.hash.slice(1));
    if (row && row.hidden) {
      showAll.get(row.closest("table"))();
      row.scrollIntoView();
    }
  };
  addEventListener("hashchange", reveal);
})();
