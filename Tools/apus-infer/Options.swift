import ApusFiles
import ApusGraph
import ApusText

/// The options of a program; the raw value is the name without dashes.
protocol CommandOption: RawRepresentable<String>, CaseIterable, Equatable {
    /// What follows the option, where something does.
    var value: String? { get }
    var isRepeatable: Bool { get }
}

/// An array of the network and the file it is read from or written to.
struct TensorFile {
    var name: String
    var path: String
}

/// Takes a command line apart.
///
/// - Parameters:
///   - list: the arguments behind the program's name.
///   - set: is given each option with its value, in order.
/// - Returns: what is no option.
func takeApart<Option: CommandOption>(
    _ list: [String], set: (Option, String) throws(Failure) -> Void
) throws(Failure) -> [String] {
    var given: [Option] = []
    var names: [String] = []
    var index = 0
    var optionsEnd = false
    while index < list.count {
        let argument = list[index]
        index += 1
        guard !optionsEnd, argument.utf8.first == UInt8(ascii: "-"), argument != "-" else {
            names.append(argument)
            continue
        }
        if argument == "--" {
            optionsEnd = true
            continue
        }
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let option: Option = try option(String(parts[0]))
        guard option.isRepeatable || !given.contains(option) else {
            throw .usage("--\(option.rawValue) is given twice; leave one of them out")
        }
        given.append(option)
        guard let expected = option.value else {
            guard parts.count == 1 else { throw .usage("--\(option.rawValue) takes no value") }
            try set(option, "")
            continue
        }
        if parts.count == 2 {
            try set(option, String(parts[1]))
        } else {
            guard index < list.count else { throw .usage("--\(option.rawValue) needs \(expected) after it") }
            try set(option, list[index])
            index += 1
        }
    }
    return names
}

private func option<Option: CommandOption>(_ text: String) throws(Failure) -> Option {
    if text == "-h", let help = Option(rawValue: "help") { return help }
    // `Option(rawValue:)` says the same, but it makes a dictionary first where they are many.
    let name = text.dropFirst(2)
    if text.hasPrefix("--"), let option = Option.allCases.first(where: { $0.rawValue == name }) { return option }
    let near = nearName(to: text, among: Option.allCases.map { "--\($0.rawValue)" })
    throw .usage("there is no option \(text); \(near.map { "did you mean \($0)?" } ?? "--help lists them")")
}

/// The value of an option that takes `NAME=FILE`.
func tensorFile(_ option: some CommandOption, _ value: String) throws(Failure) -> TensorFile {
    // A value's name has no '=' in it, a file's may.
    let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw .usage("--\(option.rawValue) takes NAME=FILE, not '\(value)'")
    }
    return TensorFile(name: parts[0], path: parts[1])
}

/// The value of an option that takes a whole number.
func number(_ option: some CommandOption, _ value: String, in range: ClosedRange<Int>) throws(Failure) -> Int {
    let isPlain = value.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isPlain, let number = Int(value), range.contains(number) else {
        throw .usage(
            "--\(option.rawValue) is a whole number from \(range.lowerBound) to \(range.upperBound), not '\(value)'")
    }
    return number
}

/// Sets this process's limit to the value of `--memory-limit`.
func setMemoryLimit(_ value: String) throws(Failure) {
    guard let bytes = parsedByteCount(value) else {
        throw .usage("--memory-limit is a number of bytes, 4096, 32K, 1.5M or 2G, not '\(value)'")
    }
    MemoryLimit.set(bytes)
}

/// Refuses files that have a name in common.
func checkNames(_ files: [TensorFile], of option: String) throws(Failure) {
    for (index, file) in files.enumerated() where files[..<index].contains(where: { $0.name == file.name }) {
        throw .usage("--\(option) \(file.name) is given twice; leave one of them out")
    }
}
