import ApusFiles

/// `apus-infer`: asks a network. It starts in about a millisecond, so it links no more than it needs, and a plan is run
/// without a look at the compiler.
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
