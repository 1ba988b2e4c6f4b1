// SPDX-License-Identifier: Apache-2.0

extension HTMLPage {
    static func head(_ title: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
        <title>\(title)</title>
        <style>
        :root { color-scheme: light dark; --line: #8888; }
        body { font: 14px/1.45 system-ui, sans-serif; max-width: 75rem; margin: 1.5rem auto; padding: 0 1rem; }
        main { margin-top: 1rem; }
        h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
        .ends { display: flex; justify-content: space-between; margin-left: 6.5rem; }
        .row { margin-left: 6.5rem; padding: .15rem 0; border: solid var(--line); border-width: 0 2px; position: relative; }
        .row[hidden] { display: none; }
        summary { list-style: none; cursor: pointer; }
        summary::-webkit-details-marker { display: none; }
        time { position: absolute; left: -6.5rem; width: 6rem; text-align: right; opacity: .6; }
        .arrow { display: block; border-bottom: 2px solid currentColor; padding: 0 .8rem; overflow: hidden;
          white-space: nowrap; text-overflow: ellipsis; position: relative; }
        .server .arrow { text-align: right; }
        .client .arrow::after, .server .arrow::before { position: absolute; bottom: -.62em; line-height: 1; }
        .client .arrow { overflow: visible; } .server .arrow { overflow: visible; }
        .client .arrow::after { content: "▶"; right: -.1rem; }
        .server .arrow::before { content: "◀"; left: -.1rem; }
        .arrow code { opacity: .75; display: inline-block; max-width: 62%; overflow: hidden; text-overflow: ellipsis;
          vertical-align: bottom; }
        small { border: 1px solid; border-radius: .3rem; padding: 0 .25rem; }
        table, pre, .row p { margin: .5rem 1.5rem; font: 12px/1.5 ui-monospace, monospace; }
        td { padding-right: 1rem; } td:first-child { opacity: .7; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; }
        .legend span { margin-right: 1rem; }
        .handshake { --tone: #0e7490; } .request { --tone: #1d4ed8; } .response { --tone: #15803d; }
        .event { --tone: #7e22ce; } .error { --tone: #b91c1c; } .end { --tone: #6b7280; }
        .arrow, .legend span, small { color: var(--tone); }
        .failure { color: #b91c1c; font-weight: bold; }
        @media (prefers-color-scheme: dark) {
          .handshake { --tone: #67e8f9; } .request { --tone: #93c5fd; } .response { --tone: #86efac; }
          .event { --tone: #d8b4fe; } .error { --tone: #fca5a5; } .end { --tone: #9ca3af; }
        }
        </style>
        </head>
        <body>
        <h1>\(title)</h1>

        """
    }

    static let tail = """
        <script>
        const rows = Array.from(document.querySelectorAll(".row"));
        const shown = document.getElementById("shown");
        const filter = document.getElementById("filter");
        function apply() {
          const wanted = filter.value.toLowerCase();
          let count = 0;
          for (const row of rows) {
            row.hidden = wanted !== "" && !row.dataset.text.includes(wanted);
            if (!row.hidden) count += 1;
          }
          shown.textContent = count + " of " + rows.length + " shown";
        }
        filter.addEventListener("input", apply);
        apply();
        </script>
        </body>
        </html>

        """
}
