import ApusFiles

/// What errors call the program.
let programName = "apus-infer"

/// `apus-infer`: asks a network. It starts in about a millisecond: it links no argument parser and no library that is
/// loaded at the start, and a plan is run without a look at the compiler, which is there for models.
@main
enum Infer {
    static func main() {
        do {
            let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
            switch arguments.action {
            case .help: try printAnswer(help)
            case .version: try printAnswer("apus-infer \(Release.version)\n")
            case .benchmark: try benchmark(arguments)
            case .profile: try profile(arguments)
            case .answer where arguments.isRaw: try answerStream(arguments)
            case .answer: try answer(arguments)
            }
        } catch {
            error.exit()
        }
    }
}
