Console.Error.WriteLine("mysos-executor");
return 0;
