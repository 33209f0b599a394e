import ApusFiles

/// A program that carries its plan and asks it, as `apus-infer` does.
@main
enum Standalone {
    static func main() {
        do throws(Failure) {
            let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
            switch arguments.action {
            case .help: try printAnswer(help(for: try loadPlan(arguments, batch: 1)))
            case .version: try printAnswer("\(programName), made by Apus \(Release.version)\n")
            case .benchmark: try benchmark(arguments)
            case .answer where arguments.isRaw: try answerStream(arguments)
            case .answer: try answer(arguments)
            }
        } catch {
            error.exit()
        }
    }
}
