package import ApusGraph
import ApusPlan

/// How much time a plan takes with less memory.
package struct ActivationCurve: Sendable {
    package struct Point: Sendable, Equatable {
        /// Of the arena, which is the least that these algorithms can do with.
        package var bytes: Int
        /// Estimated, of a sample on one core, and no less than the quickest plan's.
        package var cycles: Double
    }

    /// From the least arena to that of the quickest plan.
    package let points: [Point]

    /// - Parameter count: budgets that are tried.
    package init(_ model: Model, _ options: LoweringOptions, count: Int = 8) throws(CompileError) {
        do throws(LoweringError) {
            var budget = try ActivationBudget(model, options)
            let quickest = budget.quickest
            var points = [Point(bytes: quickest.activationBytes, cycles: budget.cycles(of: quickest))]
            var least = 0
            do throws(LoweringError) { _ = try budget.plan(bytes: 0) } catch {
                guard case .activations(_, let bytes) = error else { throw error }
                least = bytes
            }
            for step in 0..<count {
                let bytes = least + (quickest.activationBytes - least) * step / count
                let plan = try budget.plan(bytes: bytes)
                guard !points.contains(where: { $0.bytes == plan.activationBytes }) else { continue }
                points.append(Point(bytes: plan.activationBytes, cycles: budget.cycles(of: plan)))
            }
            self.points = points.sorted { $0.bytes < $1.bytes }
        } catch {
            throw .lowering(error)
        }
    }
}
