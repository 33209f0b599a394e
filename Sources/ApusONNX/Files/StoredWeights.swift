import ONNXSchema

/// A tensor of numbers that an ONNX file stores, whatever reads it.
public struct StoredWeights: Sendable, Equatable {
    public var name: String
    public var shape: [Int]
    /// In single precision, in row-major order.
    public var elements: [Float]
}

extension ONNXFile {
    /// The initializers of floating point, in the order of the file: there whether or not the nodes can be taken. O(bytes).
    ///
    /// - Throws: ``ONNXError`` where one of them can't be read.
    public func weights() throws(ONNXError) -> [StoredWeights] {
        var folder = DataFolder(of: path)
        var weights: [StoredWeights] = []
        // Many tensors may say that they are all of a file.
        var budget = ImportBudget()
        budget.grow(byteCount: byteCount)
        for tensor in message.graph.initializer {
            do throws(TensorError) {
                let source = try TensorSource(tensor, in: &folder)
                guard source.type.isFloatingPoint else { continue }
                budget.grow(byteCount: folder.takeNewByteCount())
                let size = GraphSize.constant(count: source.count)
                do throws(BudgetError) { try budget.spend(size: size, memory: size / 2) } catch {
                    throw TensorError(error.sentence)
                }
                weights.append(StoredWeights(name: tensor.name, shape: source.shape, elements: source.floats()))
            } catch {
                throw ONNXError(
                    path: path, problem: "the tensor '\(tensor.name)' can't be read: \(error.reason)",
                    remedy: "compare it with where it came from")
            }
        }
        return weights
    }
}
