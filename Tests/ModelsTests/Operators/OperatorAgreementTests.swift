import ApusGraph
import ApusPlan
import ApusRuntime
import OperatorCases
import Testing

/// Every operator of the catalogue, compiled by itself and run, against its reference kernel.
@Suite struct OperatorAgreementTests {
    static let seed: UInt64 = 20_151_126
    static let casesPerOperator = 10

    static let lowered = OperatorCatalogue.all.map { $0.name }.filter { OperatorAgreement.exceptions[$0] == nil }

    @Test("plans agree with the reference", arguments: lowered, Processor.targets)
    func agrees(name: String, target: Target) throws {
        var random = SeededRandom(seed: Self.seed)
        for number in 0..<Self.casesPerOperator {
            let call = try #require(OperatorCase.random(name, &random))
            for batch in [1, 3] {
                let agreement = try OperatorAgreement(call, batch: batch, &random)
                if let difference = agreement.difference(on: target) {
                    Issue.record(
                        """
                        \(name) \(call.operation.attributes) on \(call.operands), batch \(batch), case \(number), seed \
                        \(Self.seed): \(difference)
                        """)
                    return
                }
            }
        }
    }

    /// A row that nobody runs rots: what agrees in all of its cases is to be taken off the list.
    @Test("exceptions are exceptions", arguments: OperatorAgreement.exceptions.keys.sorted())
    func isAnException(name: String) throws {
        #expect(OperatorCatalogue.named(name) != nil, "there is no operator \(name)")
        var random = SeededRandom(seed: Self.seed)
        for _ in 0..<Self.casesPerOperator {
            guard let call = OperatorCase.random(name, &random) else { return }
            for batch in [1, 3] {
                let agreement = try OperatorAgreement(call, batch: batch, &random)
                if agreement.difference(on: Processor.targets[0]) != nil { return }
            }
        }
        Issue.record("\(name) agrees with its reference: take it off the list of exceptions")
    }
}
