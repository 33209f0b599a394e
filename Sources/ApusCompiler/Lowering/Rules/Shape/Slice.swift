import ApusGraph

/// A start, and strides of several elements.
struct SliceRule: OperatorRule, MoveRule {
    let operation: Slice

    init(_ operation: Slice) { self.operation = operation }

    func movement(_ site: Site, from shape: [Int], to result: [Int]) throws(LoweringError) -> Movement {
        let part = try SlicedPart(operation, of: site.type(site.operands[0]), shape, site)
        return Movement(extents: result, strides: part.strides, offset: part.offset)
    }
}

/// Where the elements of a slice lie in a row-major array.
struct SlicedPart {
    var strides: [Int]
    var offset = 0

    /// - Parameter shape: what a sample has of the array, one extent for each dimension of its type.
    init(_ slice: Slice, of type: TensorType, _ shape: [Int], _ site: Site) throws(LoweringError) {
        strides = rowMajorStrides(shape)
        let parts: [Slice.Part]
        do { parts = try slice.parts([type]) } catch { throw site.unsupported("can't be cut: \(error)") }
        for part in parts where part.axis > 0 || !type.isBatched {
            guard let start = part.start.number else { throw site.unsupported("starts at \(part.start)") }
            offset += start * strides[part.axis]
            strides[part.axis] *= part.step
        }
    }
}
