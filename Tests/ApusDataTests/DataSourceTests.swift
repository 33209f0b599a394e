import ApusData
import TestSupport
import Testing

@Suite struct DataSourceTests {
    private let folder = TestFolder()

    private func array<Element: NPYElement>(_ name: String, _ shape: [Int], _ elements: [Element]) throws {
        _ = try folder.write(name, [])
        try NPY(shape: shape, elements: elements).write(to: folder.file(name))
    }

    private func source(_ name: String, labels: [String] = [], size: Dataset.PixelSize? = nil) throws -> DataSource {
        var options = DataSource.Options()
        options.labelColumns = labels
        options.size = size
        return try DataSource(name, options: options)
    }

    @Test(arguments: [("x_train", "y_train", "x_test", "y_test"), ("train/x", "train/y", "test/x", "test/y")])
    func foldersOfArrays(names: (String, String, String, String)) throws {
        try array("\(names.0).npy", [2, 1], [1, 2] as [Float])
        try array("\(names.1).npy", [2], [0, 1] as [Int32])
        #expect(try !source(folder.path).hasTest)
        try array("\(names.2).npy", [1, 1], [3] as [Float])
        try array("\(names.3).npy", [1], [1] as [Int32])
        let source = try source(folder.path)
        #expect(source.hasTest)
        let (training, test) = try source.load()
        #expect(training.count == 2 && test?.count == 1 && test?.labels == [1])
    }

    @Test func pairsOfArraysAndASeparateTest() throws {
        try array("x.npy", [2, 1], [1, 2] as [Float])
        try array("y.npy", [2], [0, 1] as [Int32])
        try array("tx.npy", [1, 1], [3] as [Float])
        try array("ty.npy", [1], [0] as [Int32])
        let pair = try source("\(folder.path)/x.npy,\(folder.path)/y.npy")
        let test = try source("\(folder.path)/tx.npy,\(folder.path)/ty.npy")
        let both = try pair.load(test: test)
        #expect(both.training.count == 2 && both.test?.count == 1 && both.test?.classNames == ["0", "1"])
        #expect(try pair.load().test == nil)
        #expect(try source(folder.path).load().training.count == 2)
    }

    @Test func tablesAndFoldersOfImages() throws {
        let table = try folder.write("t.csv", "a,k\n1,x\n")
        #expect(try source(table, labels: ["k"]).load(.training).classNames == ["x"])
        let pixels = "P2 1 1 255 7"
        _ = try folder.write("pets/train/cat/1.pgm", pixels)
        _ = try folder.write("pets/train/dog/1.pgm", pixels)
        _ = try folder.write("pets/test/dog/1.pgm", pixels)
        let pets = try source("\(folder.path)/pets").load()
        #expect(pets.training.classNames == ["cat", "dog"] && pets.test?.labels == [1])
        let all = try source("\(folder.path)/pets/train", size: .init(height: 2, width: 2)).load(.training)
        #expect(all.image(0)?.bytes == [7, 7, 7, 7])
    }

    @Test func saysWhatItIsNot() throws {
        func error(_ name: String, labels: [String] = [], size: Dataset.PixelSize? = nil) -> String {
            message { _ = try source(name, labels: labels, size: size) }
        }
        #expect(error("\(folder.path)/none").contains("/none: no such folder or file; fetch a data set with"))
        #expect(
            error(folder.path)
                == "\(folder.path): holds no data set: neither train-images-idx3-ubyte, nor x.npy and y.npy, nor a folder of "
                + "images for each class, nor texts; fetch a data set with Tools/fetch-data, or use the built-in digits"
        )
        let text = try folder.write("notes.doc", "")
        #expect(error(text).hasPrefix("\(text): is no data set; give a folder, inputs.npy,targets.npy, a table"))
        let lone = try folder.write("x.npy", [])
        #expect(error(lone).hasPrefix("\(lone): has inputs or targets, and both are needed"))
        #expect(error("\(text),\(lone)") == "\(text): is no array; give inputs.npy,targets.npy")
        #expect(error("\(lone),\(lone)", labels: ["k"]).contains("is no table, whose label could be named"))
        #expect(
            error("\(lone),\(lone)", size: .init(height: 1, width: 1)).contains("has no images in files of their own")
        )
    }
}
