/// A piece of a page: text, an element, or several pieces.
///
/// Text and the values of attributes are escaped where they are written, which is here alone, so that nothing that comes from a file
/// can become a tag. Names of elements and attributes are part of the program.
package indirect enum HTML: Sendable, Equatable {
    case text(String)
    case element(name: String, attributes: [Attribute], content: [HTML])
    case pieces([HTML])
    /// A sheet of styles or a script of the program's own.
    case own(name: String, String)

    package struct Attribute: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    /// An element. One without attributes and content is `HTML("br", [:])`: a literal by itself is text.
    package init(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ content: [HTML] = []
    ) {
        self = .element(
            name: "\(name)", attributes: attributes.map { Attribute(name: "\($0.key)", value: $0.value) },
            content: content)
    }

    /// An element that holds text alone.
    package init(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ text: String) {
        self.init(name, attributes, [.text(text)])
    }

    /// The element with a further attribute, where there is a value.
    package func with(_ name: StaticString, _ value: String?) -> HTML {
        guard let value, case .element(let element, let attributes, let content) = self else { return self }
        return .element(
            name: element, attributes: attributes + [Attribute(name: "\(name)", value: value)], content: content)
    }

    /// A link to a place on the same page.
    package static func link(to identifier: String, _ content: [HTML]) -> HTML {
        HTML("a", ["href": "#\(identifier)"], content)
    }

    /// Appends the piece as text.
    package func write(to text: inout String) {
        switch self {
        case .text(let words): Self.escape(words, into: &text)
        case .pieces(let pieces): for piece in pieces { piece.write(to: &text) }
        case .own(let name, let words): text += "<\(name)>\(words)</\(name)>"
        case .element(let name, let attributes, let content):
            text += "<" + name
            for attribute in attributes {
                text += " \(attribute.name)=\""
                Self.escape(attribute.value, into: &text)
                text += "\""
            }
            if Self.voidElements.contains(name) {
                text += ">"
            } else if content.isEmpty, Self.shapes.contains(name) {
                text += "/>"
            } else {
                text += ">"
                for piece in content { piece.write(to: &text) }
                text += "</\(name)>"
            }
        }
    }

    /// The piece as text.
    package var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    /// Elements of HTML without content.
    private static let voidElements: Set<String> = ["br", "hr", "img", "input", "link", "meta"]
    /// Those of SVG, which may be closed at once.
    private static let shapes: Set<String> = ["circle", "image", "line", "path", "rect", "use"]
}

extension HTML: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { self = .text(value) }
}

extension HTML: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: HTML...) { self = .pieces(elements) }
}
