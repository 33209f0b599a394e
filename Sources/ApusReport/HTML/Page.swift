import ApusFiles

/// A page that is whole in itself: it asks for nothing from anywhere, and no script runs in it but its own.
package struct Page: Sendable {
    /// What browsers show on a tab.
    package var title: String
    /// A line above the heading: what kind of page it is.
    package var kind: String
    /// A line below the heading.
    package var subtitle: String
    package var sections: [Section]

    /// A part of a page with a heading, that others can link to.
    package struct Section: Sendable {
        /// Of small letters and hyphens.
        package var identifier: String
        package var title: String
        /// What is to be seen in it, in a sentence or two; may be empty.
        package var note: String
        package var content: [HTML]

        package init(_ identifier: String, _ title: String, note: String = "", _ content: [HTML]) {
            self.identifier = identifier
            self.title = title
            self.note = note
            self.content = content
        }

        fileprivate var html: HTML {
            HTML(
                "section", ["id": identifier, "aria-labelledby": "\(identifier)-title"],
                [HTML("h2", ["id": "\(identifier)-title"], title)]
                    + (note.isEmpty ? [] : [HTML("p", ["class": "note"], note)]) + content)
        }
    }

    package init(title: String, kind: String, subtitle: String, sections: [Section]) {
        self.title = title
        self.kind = kind
        self.subtitle = subtitle
        self.sections = sections
    }

    /// The file.
    package var text: String {
        var text = "<!DOCTYPE html>\n"
        HTML("html", ["lang": "en"], [head, body]).write(to: &text)
        return text + "\n"
    }

    private var head: HTML {
        HTML(
            "head", [:],
            [
                HTML("meta", ["charset": "utf-8"]),
                HTML("meta", ["http-equiv": "Content-Security-Policy", "content": Self.policy]),
                HTML("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                HTML("meta", ["name": "color-scheme", "content": "light dark"]),
                HTML("meta", ["name": "generator", "content": "Apus \(Release.version)"]),
                HTML("title", [:], title), .own(name: "style", styleSheet),
            ])
    }

    private var body: HTML {
        let links = sections.map { HTML("li", [:], [.link(to: $0.identifier, [.text($0.title)])]) }
        return HTML(
            "body", [:],
            [
                HTML("a", ["class": "skip", "href": "#content"], "Skip to the content"),
                HTML(
                    "header", [:],
                    [
                        HTML("p", ["class": "kind"], kind), HTML("h1", [:], title),
                        HTML("p", ["class": "subtitle"], subtitle),
                        HTML("nav", ["aria-label": "Sections"], [HTML("ul", [:], links)]),
                    ]),
                HTML("main", ["id": "content"], sections.map(\.html)),
                HTML("footer", [:], [HTML("p", [:], "Made by Apus \(Release.version). This file needs no network.")]),
                .own(name: "script", pageScript),
            ])
    }

    /// What a browser may load and run for it.
    private static let policy =
        "default-src 'none'; img-src data:; style-src 'sha256-\(digest(styleSheet))'; "
        + "script-src 'sha256-\(digest(pageScript))'; base-uri 'none'; form-action 'none'"

    private static func digest(_ text: String) -> String { base64(sha256(Array(text.utf8))) }
}
