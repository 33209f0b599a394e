import ApusGraph
import Testing

@testable import ApusCompiler

/// Every operator that a graph can contain when it is lowered has a rule.
@Suite("Rule catalogue")
struct RuleCatalogueTests {
    /// Operators that passes compute or replace before the lowering: there is no instruction for them.
    private static let compileTimeOnly: Set<String> = [FoldBatchNorm.name]

    private static func hasOwnRule(_ operation: any Operator.Type) -> Bool {
        RuleCatalogue.all.contains { $0.operatorName == operation.name }
    }

    @Test func everyOperatorHasARuleOrAFormula() throws {
        for operation in OperatorCatalogue.all where !Self.hasOwnRule(operation) {
            let isDerived =
                operation is any BroadcastingOperator.Type || operation is any ElementwiseOperator.Type
                || operation is any CompositeOperator.Type
            if isDerived || Self.compileTimeOnly.contains(operation.name) { continue }
            // What is left works element by element, without attributes or with defaults or a number.
            var attributes = AttributeReader(
                operatorName: operation.name, [Attribute("momentum", .number(0.5))])
            let call = try operation.init(attributes: &attributes)
            #expect(call.expression != nil, "\(operation.name) has no rule")
        }
    }

    @Test func noOperatorHasTwoRulesAndEveryRuleAnOperator() {
        let names = RuleCatalogue.all.map { $0.operatorName }
        #expect(Set(names).count == names.count)
        for name in names { #expect(OperatorCatalogue.named(name) != nil, "\(name)") }
    }

    @Test func whatIsComputedWhileCompilingHasNoInstruction() {
        #expect(RuleCatalogue.rule(for: FoldBatchNorm(epsilon: 1e-5)) is CompileTimeRule)
        #expect(RuleCatalogue.rule(for: Relu()) is ElementwiseRule)
        #expect(RuleCatalogue.rule(for: Add()) is BroadcastingRule)
    }
}
