import ApusFiles

/// A program that carries its plan and answers the samples of standard input on standard output, and does nothing else.
@main
enum Standalone {
    static func main() {
        do throws(Failure) {
            switch try Arguments(Array(CommandLine.arguments.dropFirst())).action {
            case .help: try printAnswer(help)
            case .version: try printAnswer("\(programName), made by Apus \(Release.version)\n")
            case .answer: try answerStream(Arguments())
            }
        } catch {
            error.exit()
        }
    }
}

private var help: String {
    """
    usage: \(programName) < samples > answers

    Asks the network that this program carries. Samples are f32 on standard input, one after the other, each row-major; they are
    normalized as the network's model says. Answers, of the output's type, come on standard output in the same order.

      -h, --help           prints this
      --version            prints the version

    Exit status: 0, 1 where the work failed, 64 where it was called in a wrong way.

    """
}
