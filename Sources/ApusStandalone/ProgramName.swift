/// What errors and help call the program: the last part of what it was started by.
let programName = CommandLine.arguments.first?.split(separator: "/").last.map { String($0) } ?? "standalone"
