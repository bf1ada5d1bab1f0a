print("optimizationjob")
