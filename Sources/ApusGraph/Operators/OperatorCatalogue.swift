/// Every operator of the language, by name.
///
/// Swift can't find conforming types by itself without a run-time search that would cost start-up time, so this list is
/// the one line outside its file that a new operator needs. A test compares it with the folder.
public enum OperatorCatalogue {
    /// In the order of the language reference.
    public static let all: [any Operator.Type] = [
        Convolution2D.self, Convolution2DInputGradient.self, Convolution2DWeightGradient.self,
        MaxPool2D.self, MaxPool2DGradient.self, MaxUnpool2D.self,
        Dense.self, DenseInputGradient.self, DenseWeightGradient.self,
        Flatten.self, Reshape.self,
        Relu.self, ReluGradient.self,
        Softmax.self, SoftmaxGradient.self, LogSoftmax.self, LogSoftmaxGradient.self,
        CrossEntropy.self, CrossEntropyGradient.self, LogitCrossEntropy.self, LogitCrossEntropyGradient.self,
    ]

    private static let byName: [String: any Operator.Type] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The operator with this name.
    public static func named(_ name: String) -> (any Operator.Type)? { byName[name] }
}
