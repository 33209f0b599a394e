extension OperatorTable {
    static let randomNumbers: [OperatorEntry] = [
        "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli",
    ].map { name in
        OperatorEntry(name) { node throws(NodeFailure) in
            throw node.failure("makes random numbers, which an answer can't depend on")
        }
    }
}
