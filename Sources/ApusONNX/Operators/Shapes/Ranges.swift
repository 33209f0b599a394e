import ApusGraph

extension OperatorTable {
    static let ranges: [OperatorEntry] = [
        OperatorEntry("Range", since: 11) { node throws(NodeFailure) in
            let (start, limit, step) = (try node.input(0), try node.input(1), try node.input(2))
            let elementType = node.type(start).elementType
            let known = [start, limit, step].compactMap { node.knownTensor($0)?.elements.first }
            guard known.count == 3 else {
                // Symbols may be in it.
                return try node.finish(NumberRange(count: nil, elementType: elementType), start, limit, step)
            }
            let count = ((known[1] - known[0]) / known[2]).rounded(.up)
            guard known[2] != 0, count.magnitude <= Double(Int32.max), known.allSatisfy({ $0.magnitude <= 0x1p53 })
            else {
                throw node.failure("can't go from \(known[0]) to \(known[1]) in steps of \(known[2])")
            }
            guard count >= 1 else {
                return try node.finish(node.empty(elementType, [0]))
            }
            try node.finish(
                NumberRange(count: .fixed(Int(count)), start: known[0], step: known[2], elementType: elementType))
        }
    ]
}
