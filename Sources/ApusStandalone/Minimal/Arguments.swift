/// What the command line asks for: nothing but help.
struct Arguments {
    enum Action { case answer, help, version }

    var action = Action.answer
    var batch: Int? { nil }

    init() {}

    /// Takes the arguments that follow the program's name.
    init(_ list: [String]) throws(Failure) {
        for argument in list {
            switch argument {
            case "-h", "--help": action = .help
            case "--version": if action != .help { action = .version }
            default: throw .usage("there is no option or argument '\(argument)'; --help says what this program does")
            }
        }
    }
}
