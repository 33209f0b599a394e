import ApusGraph

extension NodeImport {
    /// Looks each element up in a list of keys, and gives the value at its place. Values that are text become their places in the
    /// list, and the texts the model's labels.
    mutating func takeLabelEncoder() throws(NodeFailure) {
        let x = try input(0)
        guard try optionalStrings("keys_strings") == nil else {
            throw failure("its keys are text, which there are no values of")
        }
        let keys = try list("keys")
        guard let keys else { throw failure("has no keys") }
        let (values, fallback) = try encodedValues(count: keys.count)
        guard values.count == keys.count, keys.count >= 1, keys.count <= 1 << 16 else {
            throw failure("has \(keys.count) keys and \(values.count) values")
        }
        let own = try constant(
            Tensor(keys.elementType, shape: [keys.count], data: keys.data).converted(to: type(x).elementType))
        let column = try apply(Unsqueeze(axes: [-1]), x)
        var isEqual = try apply(Equal(), column, own)
        if type(x).elementType.isFloatingPoint, keys.elements.contains(where: \.isNaN) {
            let areMissing = try apply(And(), try apply(IsNaN(), column), try apply(IsNaN(), own))
            isEqual = try apply(Or(), isEqual, areMissing)
        }
        let marks = try apply(Cast(to: .i32), isEqual)
        let found = try apply(
            Gather(), try constant(Tensor(values.elementType, shape: [values.count], data: values.data)),
            try apply(ArgMax(axis: -1), marks))
        let any = try apply(ReduceMax(axes: [-1]), marks)
        let isKnown = try apply(Greater(), any, try scalar(0, like: any))
        finish(try apply(Where(), isKnown, found, try constant(fallback.converted(to: values.elementType))))
    }

    /// A list that is written as numbers of some type, or as a tensor.
    private mutating func list(_ name: String) throws(NodeFailure) -> Tensor? {
        if let integers = try optionalInts("\(name)_int64s"), !integers.isEmpty {
            return Tensor(.i64, shape: [integers.count], integers: integers)
        }
        if let numbers = try optionalFloats("\(name)_floats"), !numbers.isEmpty {
            return Tensor(shape: [numbers.count], elements: numbers)
        }
        return try optionalTensor("\(name)_tensor")?.tensor()
    }

    private mutating func encodedValues(count: Int) throws(NodeFailure) -> (values: Tensor, fallback: Tensor) {
        let texts = try optionalStrings("values_strings") ?? []
        let text = try string("default_string", default: "_Unused")
        let (integer, number) = (try int("default_int64", default: -1), try float("default_float", default: -0.0))
        let given = try optionalTensor("default_tensor")?.tensor()
        if !texts.isEmpty {
            if state.labels.isEmpty { state.labels = texts + [text] }
            return (
                Tensor(.i64, shape: [texts.count], integers: Array(texts.indices)),
                Tensor(.i64, shape: [], integers: [texts.count])
            )
        }
        guard let values = try list("values") else { throw failure("has no values") }
        if let given {
            guard given.count == 1 else { throw failure("its default is \(given.shape)") }
            return (values, Tensor(given.elementType, shape: [], data: given.data))
        }
        let fallback =
            values.elementType.isFloatingPoint
            ? Tensor(shape: [], elements: [number]) : Tensor(.i64, shape: [], integers: [integer])
        return (values, fallback)
    }
}
