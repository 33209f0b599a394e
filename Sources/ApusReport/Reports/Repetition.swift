import ApusFiles

/// What it takes to do a run once more.
package struct Repetition: Sendable {
    /// The words of the command, each as a shell takes it.
    package var command: [String]
    /// Names and values, in an order for people.
    package var facts: [(name: String, value: String)]

    package init(command: [String], facts: [(name: String, value: String)]) {
        self.command = command
        self.facts = facts
    }

    /// The command in lines, an option and its values in one.
    var lines: String {
        var parts: [String] = []
        for word in command {
            if parts.isEmpty || word.hasPrefix("-") { parts.append(word) } else { parts[parts.count - 1] += " " + word }
        }
        var lines: [String] = []
        for part in parts {
            if let last = lines.last, last.count + part.count < 88 {
                lines[lines.count - 1] += " " + part
            } else {
                lines.append(part)
            }
        }
        return lines.joined(separator: " \\\n    ")
    }

    /// The section of a report.
    package var section: Page.Section {
        Page.Section(
            "repeat", "Repeat",
            note: "The same command on the same data ends in the same bits, whatever the number of threads.",
            [
                HTML(
                    "pre", ["tabindex": "0", "role": "region", "aria-label": "Command"], [HTML("code", [:], lines)]),
                HTML("h3", [:], "What it was done with"),
                Parts.table(
                    "What the run was done with", [.init("what"), .init("which")],
                    ([("Apus", Release.version)] + facts).map { [.text($0.name), .text($0.value)] }),
            ])
    }
}
