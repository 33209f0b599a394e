/// The styles of every page. There is one accent; curves beside it have hues that stay apart for readers who don't see all colours, and
/// dashes of their own.
let styleSheet = """

    :root {
      color-scheme: light dark;
      --page: #fff; --ink: #18222d; --soft: #566472; --rule: #e1e6eb; --wash: #f4f6f8;
      --accent: #0b5cad; --accent-rgb: 11 92 173; --mark: #fff3c4;
      --s1: #a8480f; --s2: #1f6f54; --s3: #7a3b8f; --s4: #6b5b00; --s5: #a3245b; --s6: #2f6f8a; --s7: #555f6b;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #12181f; --ink: #e6ebf0; --soft: #9eacb9; --rule: #2a343f; --wash: #1a222b;
        --accent: #7dbcff; --accent-rgb: 90 165 245; --mark: #4a3f12;
        --s1: #f0a06b; --s2: #6fcfa8; --s3: #d3a0e6; --s4: #d8c65a; --s5: #f28db5; --s6: #7fc6de; --s7: #b3bdc7;
      }
    }
    * { box-sizing: border-box }
    html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth }
    body {
      margin: 0 auto; max-width: 72rem; padding: 3rem 2rem 5rem; background: var(--page); color: var(--ink);
      font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
      font-variant-numeric: tabular-nums; overflow-wrap: break-word;
    }
    h1, h2, h3, p, dl, dd, ol, ul, figure { margin: 0; padding: 0 }
    h1 { font-size: 2.1rem; line-height: 1.2; font-weight: 650; letter-spacing: -.015em }
    h2 { font-size: 1.3rem; line-height: 1.3; font-weight: 650; letter-spacing: -.005em }
    h3 { font-size: 1rem; font-weight: 650; margin: 2.25rem 0 .75rem }
    .kind { color: var(--accent); font-weight: 600; font-size: .875rem; margin-bottom: .35rem }
    .subtitle { color: var(--soft); margin-top: .5rem }
    .note { color: var(--soft); max-width: 46rem }
    .small { color: var(--soft); font-size: .8125rem }
    section { margin-top: 3.25rem; padding-top: 1.75rem; border-top: 1px solid var(--rule) }
    section > h2 + * { margin-top: 1.25rem }
    section > h2 + .note { margin: .35rem 0 1.25rem }
    a { color: var(--accent); text-underline-offset: .2em }
    a:hover { text-decoration-thickness: 2px }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 3px }
    .skip { position: absolute; left: -100rem }
    .skip:focus { position: static }
    .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
    nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; margin-top: 1.5rem }
    nav a { color: var(--soft); text-decoration: none; display: inline-block; padding: .25rem 0 }
    nav a:hover { color: var(--accent); text-decoration: underline }
    footer { margin-top: 4rem; color: var(--soft); font-size: .875rem }

    .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 11.5rem)); gap: 1.75rem 2rem }
    .figures dt { color: var(--soft); font-size: .875rem }
    .figures dd { font-size: 1.75rem; line-height: 1.25; font-weight: 600; letter-spacing: -.01em }
    .figures dd.small { font-size: .8125rem; font-weight: 400; letter-spacing: 0; margin-top: .15rem }

    .scroll { overflow: auto; max-width: 100% }
    table { border-collapse: collapse; font-size: .9375rem }
    th, td { padding: .4rem 1.5rem .4rem 0; text-align: left; vertical-align: baseline; font-weight: 400 }
    th.number, td.number { text-align: right; white-space: nowrap }
    thead th { color: var(--soft); font-size: .8125rem; white-space: nowrap; border-bottom: 1px solid var(--rule) }
    tbody tr + tr > * { border-top: 1px solid var(--rule) }
    .sortable td, .sortable th { white-space: nowrap }
    th button {
      all: unset; cursor: pointer; font: inherit; color: inherit; border-radius: 3px; padding: .15rem 0;
    }
    th button:hover { color: var(--accent) }
    th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px }
    th[aria-sort=ascending] button::after { content: " ↑" }
    th[aria-sort=descending] button::after { content: " ↓" }
    details { margin-top: .75rem }
    summary { cursor: pointer; color: var(--soft); font-size: .875rem; padding: .2rem 0; width: fit-content }
    summary:hover { color: var(--accent) }
    details .scroll { max-height: 22rem; margin-top: .5rem }
    code, pre { font: .875rem/1.6 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace }
    pre { margin: 0; padding: 1rem 1.25rem; background: var(--wash); border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere }

    .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 2.5rem 3rem }
    .chart { max-width: 36rem; min-width: 0 }
    @media (min-width: 68rem) {
      .three { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 2.5rem 2rem }
      /* Drawings are smaller here, and their text is to stay readable. */
      .three .plot text { font-size: 14px }
    }
    .chart figcaption { font-weight: 600; margin-bottom: .5rem }
    .plot { position: relative; border-radius: 4px }
    .plot svg { display: block; width: 100%; height: auto; overflow: visible }
    .plot text { font-size: 12px; fill: var(--soft) }
    .grid { stroke: var(--rule); stroke-width: 1; fill: none }
    .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
    .line.s0 { stroke: var(--accent) } .line.s1 { stroke: var(--s1); stroke-dasharray: 6 4 }
    .line.s2 { stroke: var(--s2); stroke-dasharray: 2 4 } .line.s3 { stroke: var(--s3); stroke-dasharray: 9 3 2 3 }
    .line.s4 { stroke: var(--s4); stroke-dasharray: 12 4 } .line.s5 { stroke: var(--s5); stroke-dasharray: 4 2 }
    .line.s6 { stroke: var(--s6); stroke-dasharray: 1 3 } .line.s7 { stroke: var(--s7); stroke-dasharray: 8 2 2 2 2 2 }
    .dot.s0 { fill: var(--accent) } .dot.s1 { fill: var(--s1) } .dot.s2 { fill: var(--s2) } .dot.s3 { fill: var(--s3) }
    .dot.s4 { fill: var(--s4) } .dot.s5 { fill: var(--s5) } .dot.s6 { fill: var(--s6) } .dot.s7 { fill: var(--s7) }
    .plot .label { font-weight: 600 }
    .label.s0 { fill: var(--accent) !important } .label.s1 { fill: var(--s1) !important }
    .label.s2 { fill: var(--s2) !important } .label.s3 { fill: var(--s3) !important }
    .label.s4 { fill: var(--s4) !important } .label.s5 { fill: var(--s5) !important }
    .label.s6 { fill: var(--s6) !important } .label.s7 { fill: var(--s7) !important }
    .cursor { position: absolute; top: 5.6%; height: 79.2%; width: 1px; background: var(--soft); pointer-events: none }
    .readout {
      position: absolute; top: 0; z-index: 1; padding: .4rem .6rem; border-radius: 6px; background: var(--ink);
      color: var(--page); font-size: .8125rem; line-height: 1.4; pointer-events: none; white-space: nowrap;
    }

    .matrix { font-size: .875rem }
    .matrix th, .matrix td { padding: .35rem .5rem; text-align: right; border: 2px solid var(--page); min-width: 2.75rem }
    .matrix thead th { text-align: right; vertical-align: bottom; border: 2px solid var(--page) }
    .matrix .corner, .matrix tbody th { color: var(--soft); font-size: .8125rem; white-space: nowrap }
    .matrix td a { color: inherit; display: block }
    .matrix td { border-radius: 5px }
    .matrix .none { color: var(--soft) }
    .matrix .right { background: var(--wash); font-weight: 600 }
    .h1 { background: rgb(var(--accent-rgb) / .07) } .h2 { background: rgb(var(--accent-rgb) / .12) }
    .h3 { background: rgb(var(--accent-rgb) / .17) } .h4 { background: rgb(var(--accent-rgb) / .22) }
    .h5 { background: rgb(var(--accent-rgb) / .27) } .h6 { background: rgb(var(--accent-rgb) / .32) }
    .h7 { background: rgb(var(--accent-rgb) / .37) } .h8 { background: rgb(var(--accent-rgb) / .42) }
    .picture { display: block; image-rendering: pixelated; border-radius: 4px; background: var(--wash) }
    .picture use, .picture image { image-rendering: pixelated }
    .pairs { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: 1.5rem 2rem }
    .pairs li { scroll-margin-top: 1rem; border-radius: 6px }
    .pairs li:target { background: var(--mark); box-shadow: 0 0 0 .6rem var(--mark) }
    .pairs .count { color: var(--soft) }
    .pairs li:target .count, .pairs li:target .note { color: var(--ink) }
    .strip { display: flex; gap: .4rem; margin-top: .4rem }
    .strip .picture { width: 3rem; height: 3rem; flex: none }
    .gallery { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: 1.75rem 1.5rem }
    .gallery .picture { width: 100%; max-width: 8.5rem; aspect-ratio: 1; margin-bottom: .5rem }
    .gallery p, .pairs p { overflow-wrap: anywhere }
    .gallery p { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .5rem; max-width: 8.5rem; line-height: 1.4 }
    .gallery li, .pairs li, .gallery p > * { min-width: 0 }
    .gallery .share { color: var(--soft); white-space: nowrap }

    .graph { display: block; max-width: none }
    .graph .box { fill: var(--wash); stroke: var(--rule) }
    .graph .port { fill: var(--page); stroke: var(--soft) }
    .graph .f1 { fill: rgb(var(--accent-rgb) / .07) } .graph .f2 { fill: rgb(var(--accent-rgb) / .12) }
    .graph .f3 { fill: rgb(var(--accent-rgb) / .17) } .graph .f4 { fill: rgb(var(--accent-rgb) / .22) }
    .graph .f5 { fill: rgb(var(--accent-rgb) / .27) } .graph .f6 { fill: rgb(var(--accent-rgb) / .32) }
    .graph .f7 { fill: rgb(var(--accent-rgb) / .37) } .graph .f8 { fill: rgb(var(--accent-rgb) / .42) }
    .graph .edge { fill: none; stroke: var(--soft); stroke-width: 1.25 }
    .graph text { font-size: 12px; fill: var(--ink) }
    .graph .name { font-weight: 600 }
    .graph .type { fill: var(--soft); font-size: 11px }
    .drawing { width: fit-content; max-height: 44rem; border: 1px solid var(--rule); border-radius: 8px; padding: .75rem }
    .memory { display: block; min-width: 46rem; width: 100%; height: auto }
    \(MemoryPalette.style)
    .layer { border-top: 1px solid var(--rule); margin: 0 }
    .layer summary { width: auto; color: var(--ink); font-size: .9375rem; padding: .5rem 0 }
    .layer summary .note { margin-left: .75rem; color: var(--soft) }
    .layer dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.25rem; padding: 0 0 1rem 1.1rem; font-size: .9375rem }
    .layer dt { color: var(--soft) }
    .layer abbr { text-decoration: underline dotted; text-underline-offset: .2em; cursor: help }
    .tools { display: flex; flex-wrap: wrap; gap: .75rem 1rem; align-items: center; margin: 1rem 0 }
    .tools input, .tools button {
      font: inherit; font-size: .9375rem; color: inherit; background: var(--page); border: 1px solid var(--soft);
      border-radius: 6px; padding: .4rem .75rem;
    }
    .tools input { min-width: min(100%, 18rem) }
    .tools button { cursor: pointer }

    @media (max-width: 40rem) {
      body { padding: 1.75rem 1rem 3rem }
      h1 { font-size: 1.6rem }
      section { margin-top: 2.25rem; padding-top: 1.25rem }
      .figures { grid-template-columns: 1fr 1fr; gap: 1.25rem 1rem }
      .figures dd { font-size: 1.35rem }
      .gallery { grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr)) }
      .matrix th, .matrix td { padding: .3rem; min-width: 1.85rem; border-width: 1px }
      .matrix .corner { font-size: 0 }
      .layer dl { grid-template-columns: 1fr; gap: 0 }
      .layer dd { margin-bottom: .4rem }
    }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto } }
    @media print {
      :root {
        --page: #fff; --ink: #000; --soft: #444; --rule: #ccc; --wash: #f4f6f8; --accent: #0b5cad; --accent-rgb: 11 92 173;
      }
      body { max-width: none; padding: 0; font-size: 10pt }
      nav, .skip, .tools { display: none }
      section, figure, li, tr { break-inside: avoid }
      h2, h3, .note { break-after: avoid }
      section { break-inside: auto; margin-top: 1.5rem }
      .scroll, details .scroll { overflow: visible; max-height: none; border: 0; padding: 0 }
      .graph { width: auto; max-width: 100%; height: auto; max-height: 24cm }
      .memory { min-width: 0 }
      details:not([open]) { display: none }
    }

    """
