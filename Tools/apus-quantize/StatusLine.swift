import ApusCommandLine

/// One line on a terminal that says what is done. Where there is no terminal it prints nothing.
struct StatusLine: Sendable {
    private let terminal = Terminal()

    func show(_ text: String) {
        guard terminal.isInteractive else { return }
        terminal.write("\r\(String(text.prefix(max(terminal.width - 1, 0))))\u{1B}[K")
    }

    /// Takes the line away.
    func clear() {
        if terminal.isInteractive { terminal.write("\r\u{1B}[K") }
    }
}
