import ApusText

/// What several sections are made of.
package enum Parts {
    /// A column of a table.
    package struct Column: Sendable {
        package var title: String
        package var isNumber: Bool

        package init(_ title: String, isNumber: Bool = false) {
            self.title = title
            self.isNumber = isNumber
        }
    }

    /// A table that can be scrolled sideways where it doesn't fit.
    ///
    /// - Parameters:
    ///   - caption: what it shows, for those who don't see the heading above it.
    ///   - rows: cells of as many columns; the first is the row's heading.
    ///   - isSortable: whether a script lets readers sort it.
    package static func table(
        _ caption: String, _ columns: [Column], _ rows: [[HTML]], isSortable: Bool = false
    ) -> HTML {
        let heads = columns.map { column in
            HTML("th", ["scope": "col"], column.title).with("class", column.isNumber ? "number" : nil)
        }
        let body = rows.map { row in
            HTML(
                "tr", [:],
                row.enumerated().map { index, cell in
                    let style = columns[index].isNumber ? "number" : nil
                    return index == 0
                        ? HTML("th", ["scope": "row"], [cell]).with("class", style)
                        : HTML("td", [:], [cell]).with("class", style)
                })
        }
        return scrollable(
            "Table: \(caption)",
            HTML(
                "table", [:],
                [
                    HTML("caption", ["class": "hidden"], caption), HTML("thead", [:], [HTML("tr", [:], heads)]),
                    HTML("tbody", [:], body),
                ]
            ).with("class", isSortable ? "sortable" : nil))
    }

    /// What is wider than a page may be.
    ///
    /// - Parameters:
    ///   - label: what it is, other than the heading above it.
    ///   - isDrawing: whether it has a frame, and a height that it doesn't pass.
    package static func scrollable(_ label: String, isDrawing: Bool = false, _ content: HTML) -> HTML {
        HTML(
            "div",
            [
                "class": isDrawing ? "scroll drawing" : "scroll", "tabindex": "0", "role": "region",
                "aria-label": label,
            ], [content])
    }

    /// Figures that are seen first: each a name and a value.
    package static func figures(_ list: [(name: String, value: String, note: String)]) -> HTML {
        HTML(
            "dl", ["class": "figures"],
            list.map { figure in
                HTML(
                    "div", [:],
                    [
                        HTML("dt", [:], figure.name), HTML("dd", [:], figure.value),
                    ] + (figure.note.isEmpty ? [] : [HTML("dd", ["class": "small"], figure.note)]))
            })
    }

    /// What is there for those who open it.
    package static func details(_ summary: String, _ content: [HTML]) -> HTML {
        HTML("details", [:], [HTML("summary", [:], summary)] + content)
    }

    /// A share: `99.45 %`.
    package static func percent(_ share: Double) -> String { formatDecimal(share * 100, digits: 2) + " %" }

    /// A number of as many digits as people compare: `0.0312`, `1.24`, `310`.
    package static func number(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : value.description }
        let size = abs(value)
        if size < 1e-3 || size >= 1e7 { return scientific(value) }
        return formatDecimal(value, digits: size < 1 ? 4 : size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0)
    }

    /// As ``number(_:)`` or ``percent(_:)`` write it, without zeros behind the point that say nothing: for the marks of an axis.
    package static func shortened(_ text: String) -> String {
        guard let point = text.firstIndex(of: "."), !text.contains("e") else { return text }
        let end = text[point...].firstIndex { !$0.isNumber && $0 != "." } ?? text.endIndex
        var digits = text[..<end]
        while digits.last == "0" { digits.removeLast() }
        if digits.last == "." { digits.removeLast() }
        return String(digits) + text[end...]
    }

    /// `3e-05`, with three digits at most.
    private static func scientific(_ value: Double) -> String {
        var (mantissa, exponent) = (abs(value), 0)
        while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        var digits = formatDecimal(mantissa, digits: 2)
        while digits.last == "0" { digits.removeLast() }
        if digits.last == "." { digits.removeLast() }
        if digits == "10" { (digits, exponent) = ("1", exponent + 1) }
        return "\(value < 0 ? "-" : "")\(digits)e\(exponent)"
    }

    /// Digits in groups of three.
    package static func count(_ number: Int) -> String { MemoryDrawing.grouped(number) }

    /// A coordinate with two decimals at most.
    static func coordinate(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "0" }
        let hundredths = Int((value * 100).rounded())
        var digits = String(hundredths.magnitude % 100)
        if digits.count == 1 { digits = "0" + digits }
        while digits.last == "0" { digits.removeLast() }
        return "\(hundredths < 0 ? "-" : "")\(hundredths.magnitude / 100)" + (digits.isEmpty ? "" : ".\(digits)")
    }
}
