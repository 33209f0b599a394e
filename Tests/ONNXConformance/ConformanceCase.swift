import ApusToolSupport

/// One of the node tests: a model with inputs, and what it answers.
///
/// `write_cases.py` says what the fields are; each case is a line of its `cases.tsv`.
struct ConformanceCase: Sendable {
    let name: String
    /// The operator that is tested.
    let operation: String
    let tolerance: Tolerance
    let inputCount: Int
    let outputCount: Int
    let facts: Set<String>

    init?(line: String) {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 7, let relative = Double(fields[2]), let absolute = Double(fields[3]),
            let inputs = Int(fields[4]), let outputs = Int(fields[5])
        else { return nil }
        (name, operation) = (fields[0], fields[1])
        tolerance = Tolerance(relative: relative, absolute: absolute)
        (inputCount, outputCount) = (inputs, outputs)
        facts = Set(fields[6].split(separator: ",").map(String.init))
    }

    /// Whether its operators are of the default domain, and it has no sequences, strings and training.
    var isCommon: Bool { facts.contains("common") }
    /// Whether all its element types are ones that Apus has.
    var hasKnownTypes: Bool { facts.contains("known") }
    /// Whether its outputs can only be held against types and shapes.
    var isRandom: Bool { facts.contains("random") }
}

/// How far an output may be from what is expected: `absolute + relative · |expected|`.
struct Tolerance: Sendable {
    var relative: Double
    var absolute: Double
}

/// What came of a case.
enum Outcome: Sendable {
    /// - Parameter isSpecialized: whether some of its inputs were given while it was imported.
    case passed(isSpecialized: Bool)
    /// The importer or the compiler said that it can't be taken, and why.
    case unsupported(String)
    /// The answer is not the expected one.
    case wrong(String)
    /// The process ended, or didn't end.
    case crashed(String)

    /// The case as a line of text.
    var line: String {
        switch self {
        case .passed(let isSpecialized): "passed\t\(isSpecialized ? "specialized" : "")"
        case .unsupported(let reason): "unsupported\t\(Self.flat(reason))"
        case .wrong(let reason): "wrong\t\(Self.flat(reason))"
        case .crashed(let reason): "crashed\t\(Self.flat(reason))"
        }
    }

    init?(line: String) {
        let fields = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 2 else { return nil }
        switch fields[0] {
        case "passed": self = .passed(isSpecialized: !fields[1].isEmpty)
        case "unsupported": self = .unsupported(fields[1])
        case "wrong": self = .wrong(fields[1])
        case "crashed": self = .crashed(fields[1])
        default: return nil
        }
    }

    private static func flat(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
