import ApusCommandLine
import ApusJSON
import ApusToolSupport

/// What came of all cases, by operator.
struct ConformanceReport {
    let results: [(item: ConformanceCase, outcome: Outcome)]

    /// How many cases ended in each way.
    struct Counts {
        var passed = 0
        var specialized = 0
        var unsupported = 0
        var wrong = 0
        var crashed = 0

        var all: Int { passed + unsupported + wrong + crashed }

        init(_ outcomes: some Sequence<Outcome>) {
            for outcome in outcomes {
                switch outcome {
                case .passed(let isSpecialized):
                    passed += 1
                    specialized += isSpecialized ? 1 : 0
                case .unsupported: unsupported += 1
                case .wrong: wrong += 1
                case .crashed: crashed += 1
                }
            }
        }

        var members: [JSONValue.Member] {
            [
                .init("cases", .integer(all)), .init("passed", .integer(passed)),
                .init("specialized", .integer(specialized)), .init("unsupported", .integer(unsupported)),
                .init("wrong", .integer(wrong)), .init("crashed", .integer(crashed)),
            ]
        }
    }

    var counts: Counts { Counts(results.map(\.outcome)) }
    var common: Counts { Counts(results.filter(\.item.isCommon).map(\.outcome)) }
    var known: Counts { Counts(results.filter { $0.item.isCommon && $0.item.hasKnownTypes }.map(\.outcome)) }

    var passed: Set<String> {
        Set(results.compactMap { if case .passed = $0.outcome { $0.item.name } else { nil } })
    }

    var wrong: Set<String> {
        Set(results.compactMap { if case .wrong = $0.outcome { $0.item.name } else { nil } })
    }

    private var byOperation: [(operation: String, counts: Counts)] {
        Dictionary(grouping: results, by: \.item.operation)
            .map { (operation: $0.key, counts: Counts($0.value.map(\.outcome))) }
            .sorted { $0.operation < $1.operation }
    }

    /// The table and what it adds up to.
    var text: String {
        var table = Table([.left, .right, .right, .right, .right])
        table.add("operator", "passed", "unsupported", "wrong", "crashed")
        for row in byOperation { table.add([row.operation] + Self.cells(row.counts)) }
        table.add(["all"] + Self.cells(counts))
        return """
            \(table.text)

            \(Self.share(common)) of the cases of the default domain without sequences, optionals, strings and training pass;
            \(Self.share(known)) of those with element types that Apus has.
            \(formatCount(counts.specialized)) of all that pass have inputs that were given while they were imported: shapes, axes, counts.
            """
    }

    /// A line for each case that does not pass.
    var reasons: String {
        results.compactMap { result -> String? in
            switch result.outcome {
            case .passed: nil
            case .unsupported(let reason): "unsupported  \(result.item.name): \(reason)"
            case .wrong(let reason): "wrong        \(result.item.name): \(reason)"
            case .crashed(let reason): "crashed      \(result.item.name): \(reason)"
            }
        }.joined(separator: "\n")
    }

    var json: JSONValue {
        .object(
            counts.members + [
                .init("common", .object(common.members)),
                .init("common_with_known_types", .object(known.members)),
                .init(
                    "operators",
                    .array(byOperation.map { .object([.init("operator", .string($0.operation))] + $0.counts.members) })),
                .init("results", .array(results.map(Self.member))),
            ])
    }

    private static func member(_ result: (item: ConformanceCase, outcome: Outcome)) -> JSONValue {
        let fields = result.outcome.line.split(separator: "\t", maxSplits: 1).map(String.init)
        var members: [JSONValue.Member] = [
            .init("name", .string(result.item.name)), .init("operator", .string(result.item.operation)),
            .init("outcome", .string(fields[0])),
        ]
        if case .passed(let isSpecialized) = result.outcome {
            members.append(.init("specialized", .bool(isSpecialized)))
        } else {
            members.append(.init("reason", .string(fields.count > 1 ? fields[1] : "")))
        }
        return .object(members)
    }

    private static func cells(_ counts: Counts) -> [String] {
        [counts.passed, counts.unsupported, counts.wrong, counts.crashed].map { $0 == 0 ? "·" : formatCount($0) }
    }

    private static func share(_ counts: Counts) -> String {
        let thousandths = counts.all == 0 ? 0 : counts.passed * 1000 / counts.all
        return "\(formatCount(counts.passed)) of \(formatCount(counts.all)) (\(thousandths / 10).\(thousandths % 10) %)"
    }
}
