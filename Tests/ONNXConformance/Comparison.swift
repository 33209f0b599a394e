import ApusGraph

extension Tensor {
    /// Why the tensor is not the expected one; nil where it is.
    ///
    /// - Parameter tolerance: nil where only type and shape are to be the same.
    func difference(from expected: Tensor, _ tolerance: Tolerance?) -> String? {
        guard elementType == expected.elementType else { return "is of \(elementType), not \(expected.elementType)" }
        guard shape == expected.shape else { return "is of the shape \(shape), not \(expected.shape)" }
        guard var tolerance else { return nil }
        // Two steps of its fraction, as the onnx package itself allows.
        if elementType == .bf16 { tolerance.relative = max(tolerance.relative, 0x1p-6) }
        let found = elements
        let wanted = expected.elements
        var first: Int?
        var count = 0
        for index in found.indices where !Self.agree(found[index], wanted[index], tolerance) {
            first = first ?? index
            count += 1
        }
        guard let first else { return nil }
        return "has \(count) wrong of \(found.count) elements: number \(first) is \(found[first]), not \(wanted[first])"
    }

    private static func agree(_ found: Double, _ expected: Double, _ tolerance: Tolerance) -> Bool {
        if found == expected || (found.isNaN && expected.isNaN) { return true }
        guard found.isFinite, expected.isFinite else { return false }
        return abs(found - expected) <= tolerance.absolute + tolerance.relative * abs(expected)
    }
}
