import ApusTraining

extension EvaluationSections {
    /// The samples that were most wrong, as pictures where they are such.
    func mostWrong(_ mistakes: [SampleAnswer], _ sheet: PictureSheet?) -> Page.Section {
        let isOfClasses = mistakes.contains { $0.label != nil }
        let note =
            mistakes.isEmpty
            ? "No answer to \(set) is wrong."
            : isOfClasses
                ? "Of \(set): the answers that were most sure of something else. Percentages are what the model took for likely."
                : "Of \(set): the answers that are farthest off."
        let content: [HTML] =
            if mistakes.isEmpty {
                []
            } else if sheet != nil {
                [HTML("ol", ["class": "gallery"], mistakes.map { picture($0, sheet) })]
            } else {
                [table(mistakes, isOfClasses: isOfClasses)]
            }
        return Page.Section("most-wrong", "Most wrong", note: note, content)
    }

    private func picture(_ answer: SampleAnswer, _ sheet: PictureSheet?) -> HTML {
        let number = "sample \(answer.sample + 1)"
        guard let label = answer.label, let chosen = answer.answer else {
            return HTML(
                "li", [:],
                [
                    sheet?.picture(answer.sample, number) ?? [],
                    HTML("p", [:], [HTML("span", ["class": "small"], "\(number), error \(Parts.number(answer.loss))")]),
                ])
        }
        return HTML(
            "li", [:],
            [
                sheet?.picture(answer.sample, "\(number), \(names[label])") ?? [],
                HTML(
                    "p", [:],
                    [
                        HTML("strong", [:], names[label]),
                        HTML("span", ["class": "share"], share(answer.rightProbability)),
                    ]),
                HTML(
                    "p", ["class": "taken"],
                    [
                        .text("as \(names[chosen])"), HTML("span", ["class": "share"], share(answer.probability)),
                    ]),
                HTML("p", ["class": "small"], number),
            ])
    }

    private func share(_ probability: Double) -> String {
        probability < 0.001 ? "< 0.1 %" : Parts.percent(probability).replacing(".00", with: "")
    }

    private func table(_ mistakes: [SampleAnswer], isOfClasses: Bool) -> HTML {
        guard isOfClasses else {
            return Parts.table(
                "The answers that are most wrong", [.init("sample"), .init("error", isNumber: true)],
                mistakes.map { [.text(Parts.count($0.sample + 1)), .text(Parts.number($0.loss))] }, isSortable: true)
        }
        return Parts.table(
            "The answers that are most wrong",
            [
                .init("sample"), .init("class"), .init("likelihood", isNumber: true), .init("answer"),
                .init("likelihood of it", isNumber: true),
            ],
            mistakes.map { answer in
                [
                    .text(Parts.count(answer.sample + 1)), .text(answer.label.map { names[$0] } ?? ""),
                    .text(share(answer.rightProbability)), .text(answer.answer.map { names[$0] } ?? ""),
                    .text(share(answer.probability)),
                ]
            }, isSortable: true)
    }
}
