import CStandalone

/// What the program was called with. Embedded Swift has no such thing of its own.
enum CommandLine {
    static var arguments: [String] {
        (0..<apus_argument_count()).map { unsafe String(cString: apus_argument($0)) }
    }
}
