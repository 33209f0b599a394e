import ApusGraph

/// How long the reference kernels take for what they compute while a file is imported.
enum FoldingWork {
    /// Nanoseconds, about. They depend on what a file says, so that sums keep to the largest number.
    static func of(
        _ operation: any Operator, operands: [TensorType], results: [TensorType], read: Int
    ) -> Int {
        if let composite = operation.asComposite {
            // The operators that it stands for are found out anew.
            guard let graph = composite.composition(operands) else { return .max }
            return graph.nodes.reduce(40_000) { sum, node in
                let operands = node.operands.map { graph[$0].type }
                let results = node.results.map { graph[$0].type }
                return added(sum, of(node.operation, operands: operands, results: results, read: count(operands)))
            }
        }
        let made = count(results)
        var work = added(2000, product(added(read, made), 300))
        if let formula = operation.asElementwise?.formula { work = added(work, product(made, 60 * formula.size)) }
        work = added(work, product(operation.cost(operands: operands, results: results).multiplyAdds, 4))
        // A window that is as large as its image reads all of it for each element that it makes.
        if case .windows = operation.trimming(image: [1, 1]) { work = added(work, product(product(read, made), 8)) }
        return work
    }

    private static func count(_ types: [TensorType]) -> Int {
        types.reduce(0) { added($0, $1.shape?.saturatedProduct ?? 0) }
    }

    private static func added(_ first: Int, _ second: Int) -> Int {
        let (sum, overflows) = first.addingReportingOverflow(second)
        return overflows ? .max : sum
    }

    private static func product(_ first: Int, _ second: Int) -> Int { [first, second].saturatedProduct }
}

extension [Int] {
    /// The product, or the largest number where that is larger: what a file says may be anything.
    var saturatedProduct: Int {
        reduce(1) { product, number in
            let (next, overflows) = product.multipliedReportingOverflow(by: number)
            return overflows ? .max : next
        }
    }
}
