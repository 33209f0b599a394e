import ApusGraph
import ONNXSchema

extension OperatorTable {
    static let constants: [OperatorEntry] = [
        OperatorEntry("Constant") { node throws(NodeFailure) in
            if let tensor = try node.optionalTensor("value") {
                try node.finish(tensor)
            } else if let number = try node.optionalFloat("value_float") {
                try node.finish(TensorSource(Tensor(shape: [], elements: [number])))
            } else if let numbers = try node.optionalFloats("value_floats") {
                try node.finish(TensorSource(Tensor(shape: [numbers.count], elements: numbers)))
            } else if let number = try node.optionalInt("value_int") {
                try node.finish(TensorSource(Tensor(.i64, shape: [], integers: [number])))
            } else if let numbers = try node.optionalInts("value_ints") {
                try node.finish(TensorSource(Tensor(.i64, shape: [numbers.count], integers: numbers)))
            } else {
                throw node.failure("its value is sparse, of strings, or not given")
            }
        },
        OperatorEntry("ConstantOfShape", since: 9) { node throws(NodeFailure) in
            let shape = try node.dimensions(0, "the shape")
            let value = try node.optionalTensor("value")?.tensor() ?? Tensor(shape: [], elements: [0])
            guard value.count == 1, let number = value.elements.first else {
                throw node.failure("'value' has \(value.count) elements")
            }
            if shape.contains(0) { return try node.finish(node.empty(value.elementType, shape)) }
            guard value.elementType.isFloatingPoint || number.magnitude <= 0x1p53 else {
                throw node.failure("'value' is \(value.integers), which is too large")
            }
            try node.finish(Full(shape: shape, value: number, elementType: value.elementType))
        },
        OperatorEntry("EyeLike", since: 9) { node throws(NodeFailure) in
            let x = try node.input(0)
            let elementType = try node.optionalElementType("dtype") ?? node.type(x).elementType
            let diagonal = boundedDiagonal(try node.int("k", default: 0))
            try node.finish(EyeLike(diagonal: diagonal, elementType: elementType), x)
        },
    ]
}
