<%@ Page Language="C#" CodeBehind="ResendPage.aspx.cs" Inherits="Shop.ResendPage" EnableSessionState="True" %>
<!DOCTYPE html>
<html lang="tr">
<head runat="server"><title>Kod</title></head>
<body>
  <form runat="server">
    <asp:TextBox ID="Code" runat="server" autocomplete="one-time-code" inputmode="numeric" />
    <asp:Button ID="Resend" runat="server" Text="Kodu yeniden gönder" OnClick="ResendClicked"
      UseSubmitBehavior="false" OnClientClick="this.disabled = true;" />
    <asp:Label ID="Answer" runat="server" role="status" />
  </form>
</body>
</html>
