import ApusText

/// One line on a terminal that shows how far the work is: a bar, the loss, samples per second, and the time left.
///
/// Where there is no terminal it prints nothing.
package struct ProgressBar: ~Copyable {
    private let terminal: Terminal
    private let title: String
    private let unit: String
    private let total: Int
    private let start = ContinuousClock.now
    private var lastDrawn: ContinuousClock.Instant
    private var isDrawn = false

    /// Between two drawings.
    private static let interval = Duration.milliseconds(100)

    /// - Parameters:
    ///   - title: What is done, for example `epoch 3/20`.
    ///   - unit: What samples are called, for example `images`.
    ///   - total: Samples in all.
    package init(terminal: Terminal = Terminal(), title: String, unit: String = "images", total: Int) {
        self.terminal = terminal
        self.title = title
        self.unit = unit
        self.total = total
        // No speed can be told from no time, so the first drawing waits for an interval too.
        lastDrawn = start
    }

    /// Says that `done` samples are done. Draws ten times in a second at most.
    package mutating func update(done: Int, loss: Double) {
        guard terminal.isInteractive else { return }
        let now = ContinuousClock.now
        guard now - lastDrawn >= Self.interval || done >= total else { return }
        lastDrawn = now
        isDrawn = true
        let line = Self.line(
            title: title, unit: unit, done: done, total: total, loss: loss, seconds: (now - start) / .seconds(1),
            width: terminal.width)
        terminal.write("\r\(line)\u{1B}[K")
    }

    /// Takes the line away, so that something else can be printed in its place.
    package mutating func clear() {
        if isDrawn { terminal.write("\r\u{1B}[K") }
        isDrawn = false
    }

    /// The line: at most `width - 1` columns, so that the terminal does not wrap it.
    package static func line(
        title: String, unit: String = "images", done: Int, total: Int, loss: Double, seconds: Double, width: Int
    ) -> String {
        let part = total > 0 ? min(max(Double(done) / Double(total), 0), 1) : 1
        let speed = seconds > 0 ? Double(done) / seconds : 0
        let left = done > 0 ? formatDuration(seconds / part * (1 - part)) : "-:--"
        let percent = String(Int(part * 100))
        let head = "\(title) "
        let tail =
            " \(String(repeating: " ", count: 3 - percent.utf8.count))\(percent)%  loss \(formatDecimal(loss, digits: 4))"
            + "  \(formatCount(Int(speed))) \(unit)/s  \(left) left"
        let room = min(width - 1 - head.count - tail.count, 40)
        guard room >= 4 else { return String((head + tail.drop { $0 == " " }).prefix(max(width - 1, 0))) }
        let filled = Int((part * Double(room)).rounded())
        return head + String(repeating: "━", count: filled) + String(repeating: "─", count: room - filled) + tail
    }
}
