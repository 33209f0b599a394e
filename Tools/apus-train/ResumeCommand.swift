import ApusCommandLine

/// How people go on with a run.
struct ResumeCommand {
    /// What the command line begins with, where this program was not started by itself.
    var launcher: [String] = []

    /// This program's command line, and in it what goes on with the run that it began.
    var text: String { shellCommand(launcher + Self.resuming(CommandLine.arguments)) }

    /// This program's command line, and in it what begins the run for which nothing was saved. What it was to take the place of may
    /// still be there.
    var again: String {
        let words = CommandLine.arguments
        return shellCommand(launcher + (Self.overwrites(words) ? words : Self.resuming(words)))
    }

    /// The words of this program's command line, each as a shell takes it, as they begin the run: the same that is gone on with.
    static var beginning: [String] {
        let options = options(CommandLine.arguments)
        let words =
            options.filter { $0 != "--resume" && $0 != "--overwrite" } + CommandLine.arguments[options.endIndex...]
        return words.map { shellCommand([$0]) }
    }

    /// Words of a command line with `--resume` among them, and without `--overwrite`.
    private static func resuming(_ words: [String]) -> [String] {
        let options = options(words)
        let resuming = options.filter { $0 != "--overwrite" } + (options.contains("--resume") ? [] : ["--resume"])
        return resuming + words[options.endIndex...]
    }

    private static func overwrites(_ words: [String]) -> Bool { options(words).contains("--overwrite") }

    /// The words before `--`, behind which there are no options.
    private static func options(_ words: [String]) -> ArraySlice<String> {
        words[..<(words.firstIndex(of: "--") ?? words.endIndex)]
    }
}
