/// The number of an axis from the front, where negative ones count from the end; nil where there is no such axis.
func axisNumber(_ axis: Int, rank: Int) -> Int? {
    let number = axis < 0 ? axis + rank : axis
    return (0..<rank).contains(number) ? number : nil
}

extension OperandChecks {
    /// There must be exactly so many operands.
    func count(_ label: String, _ count: Int) throws(ConstraintViolation) {
        try self.count(label, count...count, "\(count) operand\(count == 1 ? "" : "s")")
    }

    /// The number of an axis of operand `index`, or of a value of another rank.
    func axis(
        _ label: String, _ axis: Int, of index: Int = 0, rank: Int? = nil
    ) throws(ConstraintViolation) -> Int {
        let rank = rank ?? operands[index].rank
        guard let number = axisNumber(axis, rank: rank) else {
            throw ConstraintViolation(
                label, "\(name) has no axis \(axis) for \(operands[index])",
                remedy: rank == 0 ? "give it a value that has dimensions" : "use a number from \(-rank) to \(rank - 1)",
                at: .attribute("axis"))
        }
        return number
    }

    /// The numbers of axes of operand `index`, or of a value of another rank. None may be there twice.
    func axes(
        _ label: String, _ axes: [Int], of index: Int = 0, rank: Int? = nil
    ) throws(ConstraintViolation) -> [Int] {
        let rank = rank ?? operands[index].rank
        let numbers = axes.compactMap { axisNumber($0, rank: rank) }
        guard numbers.count == axes.count, Set(numbers).count == axes.count else {
            throw ConstraintViolation(
                label, "\(axes) are not axes for \(name) of \(operands[index])",
                remedy: rank == 0
                    ? "give it a value that has dimensions" : "use different numbers from \(-rank) to \(rank - 1)",
                at: .attribute("axes"))
        }
        return numbers
    }

    /// Operand `index` must hold indices: whole numbers of any type.
    func indices(_ label: String, _ index: Int) throws(ConstraintViolation) {
        guard !operands[index].elementType.isInteger else { return }
        throw ConstraintViolation(
            label, "the indices of \(name) are \(operands[index])", remedy: "give whole numbers, i64 for instance",
            at: .operand(index))
    }
}

extension [TensorType] {
    /// Whether no symbol is in any of the types.
    var haveNoSymbols: Bool { allSatisfy(\.symbols.isEmpty) }

    /// Whether each is batched, all of them with the same first dimension.
    var shareBatch: Bool { allSatisfy { $0.isBatched && $0.dimensions[0] == self[0].dimensions[0] } }
}
