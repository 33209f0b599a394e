/// What a page does beyond what is on it: hover values, sorting, searching, opening all. Everything is there without it.
let pageScript = """

    "use strict";
    const make = (name, text, style) => {
      const element = document.createElement(name);
      if (text) element.textContent = text;
      if (style) element.className = style;
      return element;
    };

    // Values at the pointer, or at the place that arrow keys move, from the table beneath the chart.
    for (const plot of document.querySelectorAll(".plot")) {
      const table = plot.parentElement.querySelector("table");
      if (!table) continue;
      const heads = [...table.tHead.rows[0].cells].map(cell => cell.textContent);
      const rows = [...table.tBodies[0].rows].map(row => ({
        place: parseFloat(row.cells[0].textContent), cells: [...row.cells].map(cell => cell.textContent)}));
      const [low, high, left, right] = ["low", "high", "left", "right"].map(name => parseFloat(plot.dataset[name]));
      const cursor = make("div", "", "cursor"), readout = make("div", "", "readout");
      readout.setAttribute("role", "status");
      let shown = -1;
      const hide = () => { cursor.remove(); readout.textContent = ""; readout.hidden = true; shown = -1; };
      const show = index => {
        shown = index;
        const row = rows[index];
        const part = left + (right - left) * (high > low ? (row.place - low) / (high - low) : 0.5);
        readout.textContent = "";
        readout.hidden = false;
        row.cells.forEach((text, column) => {
          if (text) readout.append(make("div", heads[column] + " " + text));
        });
        cursor.style.left = readout.style.left = readout.style.right = "";
        cursor.style.setProperty("left", part * 100 + "%");
        if (part < 0.5) readout.style.setProperty("left", "calc(" + part * 100 + "% + 8px)");
        else readout.style.setProperty("right", "calc(" + (1 - part) * 100 + "% + 8px)");
        plot.append(cursor);
      };
      plot.append(readout);
      hide();
      plot.tabIndex = 0;
      plot.setAttribute("role", "group");
      plot.setAttribute("aria-label", plot.parentElement.querySelector("figcaption").textContent + ": arrow keys read values");
      plot.addEventListener("pointermove", event => {
        const box = plot.getBoundingClientRect();
        const place = low + ((event.clientX - box.left) / box.width - left) / (right - left) * (high - low);
        let best = 0;
        rows.forEach((row, index) => {
          if (Math.abs(row.place - place) < Math.abs(rows[best].place - place)) best = index;
        });
        show(best);
      });
      plot.addEventListener("pointerleave", hide);
      plot.addEventListener("blur", hide);
      plot.addEventListener("keydown", event => {
        const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
        if (event.key === "Escape") hide();
        if (!step) return;
        event.preventDefault();
        show(Math.min(rows.length - 1, Math.max(0, shown < 0 ? rows.length - 1 : shown + step)));
      });
    }

    // Tables that are sorted by their heads.
    for (const table of document.querySelectorAll("table.sortable")) {
      [...table.tHead.rows[0].cells].forEach((head, column) => {
        const button = make("button", head.textContent);
        button.type = "button";
        head.textContent = "";
        head.append(button);
        button.addEventListener("click", () => {
          const descends = head.getAttribute("aria-sort") === "ascending";
          for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
          head.setAttribute("aria-sort", descends ? "descending" : "ascending");
          const value = row => row.cells[column].textContent;
          const number = text => parseFloat(text.replace(/[,%<]/g, ""));
          const isNumber = head.classList.contains("number");
          const body = table.tBodies[0];
          const rows = [...body.rows].sort((a, b) => {
            if (!isNumber) return value(a).localeCompare(value(b), undefined, {numeric: true});
            const [x, y] = [number(value(a)), number(value(b))];
            return (isNaN(x) ? -Infinity : x) - (isNaN(y) ? -Infinity : y);
          });
          if (descends) rows.reverse();
          body.append(...rows);
        });
      });
    }

    // Layers that are searched, and opened and closed together.
    for (const list of document.querySelectorAll(".layers")) {
      const layers = [...list.querySelectorAll(".layer")];
      const tools = make("div", "", "tools");
      const search = make("input");
      search.type = "search";
      search.placeholder = "Search layers";
      search.setAttribute("aria-label", "Search layers");
      const count = make("span", layers.length + " layers", "small");
      count.setAttribute("role", "status");
      search.addEventListener("input", () => {
        const words = search.value.toLowerCase().split(/\\s+/).filter(word => word);
        let found = 0;
        for (const layer of layers) {
          const text = layer.textContent.toLowerCase();
          layer.hidden = !words.every(word => text.includes(word));
          if (!layer.hidden) found++;
        }
        count.textContent = found + " of " + layers.length + " layers";
      });
      const toggle = make("button", "Open all");
      toggle.type = "button";
      toggle.addEventListener("click", () => {
        const opens = toggle.textContent === "Open all";
        for (const layer of layers) layer.open = opens;
        toggle.textContent = opens ? "Close all" : "Open all";
      });
      tools.append(search, toggle, count);
      list.before(tools);
    }

    """
