import ApusFiles
import Glibc

/// What the other end of a descriptor can show.
package struct Terminal: Sendable {
    package let descriptor: Int32
    /// Whether a person looks at it.
    package let isInteractive: Bool
    /// Whether colors and other styles may be used.
    package let hasColor: Bool

    package enum Style: String, Sendable {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    /// - Parameter environment: For tests; by default the process's own.
    package init(
        descriptor: Int32 = STDERR_FILENO, isInteractive: Bool? = nil,
        environment: (String) -> String? = Terminal.environmentVariable
    ) {
        self.descriptor = descriptor
        self.isInteractive = (isInteractive ?? (isatty(descriptor) == 1)) && environment("TERM") != "dumb"
        // https://no-color.org: any value but the empty one.
        hasColor = self.isInteractive && (environment("NO_COLOR") ?? "").isEmpty
    }

    /// The value of an environment variable.
    package static func environmentVariable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// Columns of the terminal; 80 where it does not say.
    package var width: Int {
        var size = winsize()
        guard isInteractive, unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// The text in a style, or as it is where styles may not be used.
    package func styled(_ text: String, _ style: Style) -> String {
        hasColor ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    package func write(_ text: String) {
        _ = writeAll(text, to: descriptor)
    }
}
