import ApusTraining

extension EvaluationSections {
    /// More classes than these have no matrix that fits on a page.
    private static let widestMatrix = 40

    func confusion(
        _ classes: ClassEvaluation, _ pairs: [(pair: Pair, count: Int, answers: [SampleAnswer])], _ sheet: PictureSheet?
    ) -> Page.Section {
        let wrong = classes.samples - classes.correct
        let isDrawn = names.count <= Self.widestMatrix
        let note =
            "\(Parts.count(wrong)) of \(Parts.count(classes.samples)) answers to \(set) are wrong. "
            + (isDrawn
                ? "Rows are true classes, columns are answers; the stronger a cell's colour, the more was confused."
                : "")
        var content: [HTML] = []
        if isDrawn { content.append(matrix(classes, linked: Set(pairs.map(\.pair)))) }
        if pairs.isEmpty {
            if wrong > 0, !isDrawn { content.append(confusions(classes)) }
        } else {
            content.append(HTML("h3", [:], "What is confused most"))
            content.append(
                HTML("ol", ["class": "pairs"], pairs.map { self.pair($0.pair, $0.count, $0.answers, sheet) }))
        }
        return Page.Section("confusion", "Confusion", note: note, content)
    }

    /// A heat map: mistakes by how many they are, beside the worst. Right answers, which are most, would drown them.
    private func matrix(_ classes: ClassEvaluation, linked: Set<Pair>) -> HTML {
        var worst = 1
        for (label, row) in classes.confusion.enumerated() {
            for (answer, count) in row.enumerated() where answer != label { worst = max(worst, count) }
        }
        let head = [HTML("td", ["class": "corner"], "true ↓ answer →")]
        let heads = names.map { HTML("th", ["scope": "col"], [shortened($0)]) }
        let rows = classes.confusion.enumerated().map { label, row in
            HTML(
                "tr", [:],
                [HTML("th", ["scope": "row"], [shortened(names[label])])]
                    + row.enumerated().map { answer, count in
                        cell(Pair(label: label, answer: answer), count, worst: worst, linked: linked)
                    })
        }
        return Parts.scrollable(
            "Confusion matrix",
            HTML(
                "table", ["class": "matrix"],
                [
                    HTML(
                        "caption", ["class": "hidden"], "Confusion matrix: rows are true classes, columns are answers"),
                    HTML("thead", [:], [HTML("tr", [:], head + heads)]), HTML("tbody", [:], rows),
                ]))
    }

    private func cell(_ pair: Pair, _ count: Int, worst: Int, linked: Set<Pair>) -> HTML {
        if pair.label == pair.answer { return HTML("td", ["class": "right"], Parts.count(count)) }
        if count == 0 { return HTML("td", ["class": "none"], "·") }
        // Roots, so that single mistakes are seen beside many.
        let level = max(1, min(8, Int((8 * (Double(count) / Double(worst)).squareRoot()).rounded())))
        let text = Parts.count(count)
        return HTML(
            "td",
            [
                "class": "h\(level)",
                "title": "\(text) × \(names[pair.label]) taken for \(names[pair.answer])",
            ], [linked.contains(pair) ? .link(to: pair.identifier, [.text(text)]) : .text(text)])
    }

    /// A name that leaves room for others, with the whole of it for who asks.
    private func shortened(_ name: String) -> HTML {
        guard name.count > 12 else { return .text(name) }
        return HTML("abbr", ["title": name], String(name.prefix(11)) + "…")
    }

    private func pair(_ pair: Pair, _ count: Int, _ answers: [SampleAnswer], _ sheet: PictureSheet?) -> HTML {
        let title = HTML(
            "p", [:],
            [
                HTML("strong", [:], names[pair.label]), " taken for ", HTML("strong", [:], names[pair.answer]),
                HTML("span", ["class": "count"], " \(Parts.count(count))\u{A0}×"),
            ])
        let pictures = answers.compactMap { answer in
            sheet?.picture(answer.sample, "sample \(answer.sample + 1), \(names[pair.label])")
        }
        return HTML(
            "li", ["id": pair.identifier, "tabindex": "-1"],
            [title] + (pictures.isEmpty ? [numbers(of: answers)] : [HTML("div", ["class": "strip"], pictures)]))
    }

    private func numbers(of answers: [SampleAnswer]) -> HTML {
        HTML("p", ["class": "note"], "samples " + answers.map { "\($0.sample + 1)" }.joined(separator: ", "))
    }

    /// The most frequent confusions, where the matrix is too large.
    private func confusions(_ classes: ClassEvaluation) -> HTML {
        var found: [(pair: Pair, count: Int)] = []
        for (label, row) in classes.confusion.enumerated() {
            for (answer, count) in row.enumerated() where answer != label && count > 0 {
                found.append((Pair(label: label, answer: answer), count))
            }
        }
        found.sort { ($1.count, $0.pair.label, $0.pair.answer) < ($0.count, $1.pair.label, $1.pair.answer) }
        return Parts.table(
            "The most frequent confusions", [.init("true class"), .init("answer"), .init("times", isNumber: true)],
            found.prefix(40).map { entry in
                [.text(names[entry.pair.label]), .text(names[entry.pair.answer]), .text(Parts.count(entry.count))]
            })
    }
}
